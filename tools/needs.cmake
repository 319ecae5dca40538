# What the build needs of the distribution, found before anything else, so that all that is missing is said
# at once: Debian's package, and a header of it. tools/setup says why, and installs them.
set(needs
  libsqlite3-dev sqlite3.h
  libcli11-dev CLI/CLI.hpp
  nlohmann-json3-dev nlohmann/json.hpp
  libfmt-dev fmt/format.h
  libboost-dev boost/math/distributions/students_t.hpp
  libcairo2-dev cairo/cairo.h
  libelf-dev libelf.h
  liblz4-dev lz4.h
  libzstd-dev zstd.h
  zlib1g-dev zlib.h
  libcsv-dev csv.h
  libevent-dev event2/http.h
  libprotozero-dev protozero/pbf_reader.hpp)
set(missing "")
while(needs)
  list(POP_FRONT needs package header)
  unset(found)
  find_path(found ${header} NO_CACHE)
  if(NOT found)
    list(APPEND missing ${package})
  endif()
endwhile()
foreach(package pkg-config binutils)
  string(REPLACE "binutils" "readelf" program ${package})
  unset(found)
  find_program(found ${program} NO_CACHE)
  if(NOT found)
    list(APPEND missing ${package})
  endif()
endforeach()
if(missing)
  list(JOIN missing " " missing)
  message("flopprof: these packages are missing:\n  apt-get install ${missing}")  # FATAL_ERROR wraps its lines
  message(FATAL_ERROR "flopprof: packages are missing")
endif()
