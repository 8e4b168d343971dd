// `thermoleak dji-sdk-helper FOLDER` without the rest of the command.

#include "thermoleak/ingest/dji_sdk.hpp"

int main(int argc, char** argv) { return argc == 3 ? thermoleak::RunDjiSdkHelper(argv[2]) : 2; }
