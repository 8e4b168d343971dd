# Writes a C++ file that holds the files of a list (path, type, immutable or no-cache, size; tabs between) and, where there
# is one, PATH.gz beside each. The assembler takes the bytes in: nothing is turned into text.
#   cmake -DLIST=files.txt -DFOLDER=dist -DOPENAPI=openapi.json -DOUTPUT=assets.cpp -P embed.cmake
cmake_minimum_required(VERSION 3.24)
file(STRINGS ${LIST} lines)
set(number 0)
set(blobs "")
set(rows "")

function(blob symbol file)
  set(blobs "${blobs}asm(R\"(
  .section .rodata
  .balign 16
${symbol}:
  .incbin \"${file}\"
${symbol}_end:
  .byte 0
  .text
)\");
extern const char ${symbol}[] asm(\"${symbol}\");
extern const char ${symbol}_end[] asm(\"${symbol}_end\");
" PARENT_SCOPE)
endfunction()

foreach(line IN LISTS lines)
  string(REGEX MATCH "^([^\t]+)\t([^\t]+)\t([^\t]+)" whole "${line}")
  set(path "${CMAKE_MATCH_1}")
  set(type "${CMAKE_MATCH_2}")
  set(keeping "${CMAKE_MATCH_3}")
  set(symbol "thermoleak_asset_${number}")
  blob(${symbol} "${FOLDER}/${path}")
  set(zipped "{}")
  if(EXISTS "${FOLDER}/${path}.gz")
    blob(${symbol}_gz "${FOLDER}/${path}.gz")
    set(zipped "Bytes(${symbol}_gz, ${symbol}_gz_end)")
  endif()
  set(immutable false)
  if(keeping STREQUAL "immutable")
    set(immutable true)
  endif()
  string(APPEND rows "      {\"${path}\", \"${type}\", ${immutable}, Bytes(${symbol}, ${symbol}_end), ${zipped}},\n")
  math(EXPR number "${number} + 1")
endforeach()
blob(thermoleak_openapi "${OPENAPI}")

file(WRITE ${OUTPUT} "// Made by embed.cmake.
#include <cstddef>

#include \"service/assets.hpp\"

${blobs}
namespace thermoleak::service {
namespace {

std::string_view Bytes(const char* from, const char* to) {
  return {from, static_cast<std::size_t>(to - from)};
}

}  // namespace

const Asset* FindAsset(std::string_view path) {
  static const Asset assets[] = {
${rows}  };
  for (const Asset& asset : assets) {
    if (asset.path == path) return &asset;
  }
  return nullptr;
}

std::string_view OpenApiText() { return Bytes(thermoleak_openapi, thermoleak_openapi_end); }

}  // namespace thermoleak::service
")
