# Writes the ids of messages.def, so that a text can change without compiling everything that uses one.
file(READ ${CATALOGUE} catalogue)
string(REGEX MATCHALL "THERMOLEAK_MESSAGE\\(k[A-Za-z0-9]+" ids "${catalogue}")
list(TRANSFORM ids REPLACE "THERMOLEAK_MESSAGE\\((.*)" "\\1,")
list(JOIN ids "\n" ids)
file(WRITE ${OUTPUT}.new "${ids}\n")
execute_process(COMMAND ${CMAKE_COMMAND} -E copy_if_different ${OUTPUT}.new ${OUTPUT} COMMAND_ERROR_IS_FATAL ANY)
