/** Put in by build.mjs: names of files that carry a hash. */
declare const HASH_WORKER_URL: string;
declare const SHELL_FILES: string[];
declare const SHELL_VERSION: string;
