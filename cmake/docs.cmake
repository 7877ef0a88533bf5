# The reference of the library's interface, by doxygen from include/clgan.h: `cmake --build build --target docs` writes
# reference/html/index.html in the build folder. CLGAN_DOCS makes it part of the build and installs it.
option(CLGAN_DOCS "Build and install the reference of the library's interface (doxygen)" OFF)
find_program(DOXYGEN doxygen)
if(DOXYGEN)
  file(GLOB REFERENCE_PARTS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/packaging/reference-* ${CMAKE_SOURCE_DIR}/packaging/doxygen-*)
  configure_file(packaging/Doxyfile.in Doxyfile @ONLY)
  configure_file(packaging/doxygen-comments.awk doxygen-comments.awk COPYONLY) # whose path may have spaces
  set(REFERENCE ${CMAKE_BINARY_DIR}/reference)
  add_custom_command(
    OUTPUT ${REFERENCE}/.written
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${REFERENCE}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${REFERENCE}
    COMMAND ${DOXYGEN} Doxyfile
    COMMAND ${CMAKE_COMMAND} -E rm -f reference/html/jquery.js reference/html/dynsections.js reference/html/doxygen.svg
    COMMAND ${CMAKE_COMMAND} -E touch ${REFERENCE}/.written
    WORKING_DIRECTORY ${CMAKE_BINARY_DIR}
    DEPENDS include/clgan.h ${REFERENCE_PARTS} ${CMAKE_BINARY_DIR}/Doxyfile ${CMAKE_BINARY_DIR}/doxygen-comments.awk VERBATIM)
  add_custom_target(docs DEPENDS ${REFERENCE}/.written)
elseif(CLGAN_DOCS)
  message(FATAL_ERROR "CLGAN_DOCS needs doxygen")
endif()
if(CLGAN_DOCS)
  set_target_properties(docs PROPERTIES EXCLUDE_FROM_ALL OFF)
  add_custom_target(docs_of_all ALL DEPENDS ${REFERENCE}/.written)
  install(DIRECTORY ${REFERENCE}/html DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libclgan-dev COMPONENT development)
endif()
