# What our shared libraries show to the job's process, and what they need of it: the whole lists.
# cmake -DLIBRARIES=<build>/lib -P exported_symbols.cmake
cmake_minimum_required(VERSION 3.22)
set(failed FALSE)

function(compare what got expected)
  list(SORT got)
  list(SORT expected)
  if(NOT got STREQUAL expected)
    message("${what}\n  is:        ${got}\n  should be: ${expected}")
    set(failed TRUE PARENT_SCOPE)
  endif()
endfunction()

function(exports library)
  execute_process(COMMAND nm -D --defined-only --format=posix ${library} OUTPUT_VARIABLE text
                  COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[^ \n]+ [A-Za-z] [^\n]*" names "${text}")
  list(TRANSFORM names REPLACE " .*" "")
  compare("${library} exports" "${names}" "${ARGN}")
  set(failed ${failed} PARENT_SCOPE)
endfunction()

# The C and C++ run-time libraries are in every process that we enter; nothing else may be needed.
function(needs library)
  execute_process(COMMAND readelf -d ${library} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "\\(NEEDED\\)[^\n]*" names "${text}")
  list(TRANSFORM names REPLACE ".*\\[([^]]*).*" "\\1")
  list(FILTER names EXCLUDE REGEX "^(libc|libm|libdl|libpthread|libgcc_s|libstdc[+][+]|ld-linux.*)[.]so")
  compare("${library} needs" "${names}" "${ARGN}")
  set(failed ${failed} PARENT_SCOPE)
endfunction()

set(marks flopprof_step_begin flopprof_step_end flopprof_layer_enter flopprof_layer_leave)
exports(${LIBRARIES}/libflopprof.so ${marks} flopprof_attach_libtorch flopprof_flush flopprof_add_formula
        InitializeInjection InitializeInjectionNvtx2)
needs(${LIBRARIES}/libflopprof.so)
exports(${LIBRARIES}/libflopprof_preload.so ${marks} _exit _Exit)
needs(${LIBRARIES}/libflopprof_preload.so)
file(GLOB observers ${LIBRARIES}/flopprof/observers/*.so)
foreach(observer ${observers})
  exports(${observer} flopprof_observer_start)
endforeach()
if(failed)
  message(FATAL_ERROR "the libraries show or need something else than intended")
endif()
