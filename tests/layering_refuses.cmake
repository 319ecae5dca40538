# A tree with one breach of every kind: layering.cmake must name each. cmake -DFOLDER=<scratch> -P …
set(root ${FOLDER}/tree)
file(REMOVE_RECURSE ${root})
file(WRITE ${root}/profiler/CMakeLists.txt
     "flopprof_room(record)\nflopprof_room(store SOURCES store/a.cpp\n  USES flopprof::record)\n")
file(WRITE ${root}/profiler/record/a.h "#include \"profiler/store/a.h\"\n")
file(WRITE ${root}/profiler/store/a.cpp "#include \"profiler/record/a.h\"\nint a = sqlite3_open(0);\n")
file(WRITE ${root}/profiler/attic/a.cpp "char* home = std::getenv(\"HOME\");\n")
file(WRITE ${root}/integrations/libtorch/a.cpp "#include \"profiler/flops/a.h\"\nat::Tensor t;\n")
file(WRITE ${root}/bench/a.cpp "at::Tensor of_a_bench;\n")
file(WRITE ${root}/kernels/a.cu "#include \"profiler/record/a.h\"\nvoid f() { g<<<1, 1>>>(); }\n")
file(WRITE ${root}/tests/a.cpp "auto t = torch::ones(1); void f() { g<<<1, 1>>>(); cuptiGetVersion(0); }\n")

execute_process(COMMAND ${CMAKE_COMMAND} -DROOT=${root} -P ${CMAKE_CURRENT_LIST_DIR}/layering.cmake
                RESULT_VARIABLE status ERROR_VARIABLE said OUTPUT_QUIET)
string(REGEX MATCHALL "\n  +([a-z]+/[^\n]*)" lines "\n${said}")
list(TRANSFORM lines STRIP)
list(SORT lines)
list(JOIN lines "\n" got)
string(CONCAT expected
  "kernels/a.cu includes profiler/record/a.h, but of other rooms may include: none\n"
  "profiler/attic has no flopprof_room line\n"
  "profiler/attic/a.cpp says getenv(), which belongs to profiler/capture/config.cpp, profiler/capture/*.c, tools/flopprof/terminal.cpp, tests/\n"
  "profiler/record/a.h includes profiler/store/a.h, but of other rooms may include: none\n"
  "profiler/store/a.cpp says sqlite3_, which belongs to profiler/store/database.*\n"
  "tests/a.cpp says a CUPTI function, which belongs to profiler/capture/, tests/simgpu/\n"
  "tests/a.cpp says a kernel launch, which belongs to kernels/\n"
  "tests/a.cpp says at::, c10:: or torch::, which belongs to integrations/libtorch/, bench/, tests/libtorch/")
if(status EQUAL 0 OR NOT got STREQUAL expected)
  message("to be said:\n${expected}\nsaid, with status ${status}:\n${got}")
  message(FATAL_ERROR "layering.cmake does not refuse what it should")
endif()
