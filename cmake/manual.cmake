# The manual's pages. The commands write them themselves, from their tables of options, so they are run: a cross build
# needs an emulator (CMAKE_CROSSCOMPILING_EMULATOR) or CLGAN_NATIVE, and has no pages without.
set(CLGAN_NATIVE "" CACHE PATH "For a cross build: a folder of a clgan and a clgan-bench that run here")
set(MANUAL ${CMAKE_BINARY_DIR}/manual)
find_program(GZIP gzip)

if(CLGAN_NATIVE)
  set(MANUAL_WRITERS ${CLGAN_NATIVE}/clgan ${CLGAN_NATIVE}/clgan-bench)
elseif(CLGAN_SANITIZE)
  set(MANUAL_WRITERS "")
elseif(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
  set(MANUAL_WRITERS "")
  message(STATUS "No manual: clgan can't be run here. -DCLGAN_NATIVE=DIR names a build that can, of the same version.")
else()
  set(MANUAL_WRITERS clgan_command clgan-bench)
endif()

if(MANUAL_WRITERS AND GZIP)
  list(GET MANUAL_WRITERS 0 WRITER)
  list(GET MANUAL_WRITERS 1 BENCH_WRITER)
  add_custom_command(
    OUTPUT ${MANUAL}/.written
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${MANUAL}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${MANUAL}
    COMMAND ${WRITER} --manual=${MANUAL}
    COMMAND ${BENCH_WRITER} --manual=${MANUAL}
    COMMAND sh -c "gzip -9n manual/*.1"
    COMMAND ${CMAKE_COMMAND} -E touch ${MANUAL}/.written
    WORKING_DIRECTORY ${CMAKE_BINARY_DIR}
    DEPENDS ${MANUAL_WRITERS} VERBATIM)
  add_custom_target(manual ALL DEPENDS ${MANUAL}/.written)
  install(DIRECTORY ${MANUAL}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT command FILES_MATCHING PATTERN "*.1.gz")
endif()
