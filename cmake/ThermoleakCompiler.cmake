# Language level, warnings, sanitizers and the compiler cache.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

add_library(thermoleak_compiler INTERFACE)
target_compile_options(thermoleak_compiler INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  # Results must be the same bytes on every machine: no fused multiply-add that depends on the CPU.
  -ffp-contract=off)
if(THERMOLEAK_WERROR)
  target_compile_options(thermoleak_compiler INTERFACE -Werror)
endif()
if(THERMOLEAK_ASSERTIONS)
  string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_RELWITHDEBINFO "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")
  string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")
endif()
if(THERMOLEAK_SANITIZE)
  target_compile_options(thermoleak_compiler INTERFACE -fsanitize=${THERMOLEAK_SANITIZE}
                                                       -fno-omit-frame-pointer)
  target_link_options(thermoleak_compiler INTERFACE -fsanitize=${THERMOLEAK_SANITIZE})
endif()
if(THERMOLEAK_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
    message(FATAL_ERROR "THERMOLEAK_FUZZ needs clang: use the preset fuzz")
  endif()
  # Whatever a sanitizer sees ends the run; coverage guides the fuzzer through the rooms, too.
  target_compile_options(thermoleak_compiler INTERFACE -fno-sanitize-recover=all
                                                       -fsanitize=fuzzer-no-link)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # Precompiled headers and the cache agree only with these settings (ccache manual, "Precompiled headers").
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE_PROGRAM})
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM AND NOT THERMOLEAK_SANITIZE)
  add_link_options(-fuse-ld=mold)
endif()
