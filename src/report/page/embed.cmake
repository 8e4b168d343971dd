# Writes a C++ file that holds the page's style sheet and script. Raw string literals are limited to 64 kB by some
# compilers and standards; pieces of 12,000 characters are joined by the compiler.
function(literal path out)
  file(READ ${path} text)
  if(text MATCHES "\\)page\"")
    message(FATAL_ERROR "${path} must not contain the end mark of its literal")
  endif()
  string(LENGTH "${text}" length)
  set(result "")
  set(from 0)
  while(from LESS length)
    string(SUBSTRING "${text}" ${from} 12000 piece)
    string(APPEND result "R\"page(${piece})page\"\n")
    math(EXPR from "${from} + 12000")
  endwhile()
  set(${out} "${result}" PARENT_SCOPE)
endfunction()

literal(${CSS} css)
literal(${JS} js)
file(WRITE ${OUTPUT} "#include \"report/html_parts.hpp\"
namespace thermoleak {
const std::string_view kReportCss =
${css};
const std::string_view kReportJs =
${js};
}  // namespace thermoleak
")
