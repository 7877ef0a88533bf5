# What `cmake --install` puts where, in the parts that the Debian packages are made of: library, development, command.
include(CMakePackageConfigHelpers)

install(TARGETS clgan EXPORT clgan-targets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development
  PUBLIC_HEADER DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(EXPORT clgan-targets NAMESPACE clgan:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/clgan COMPONENT development)
configure_file(cmake/clgan-config.cmake.in clgan-config.cmake @ONLY)
# Found from where it lies: `cmake --install --prefix` may say another place than was configured.
file(RELATIVE_PATH CLGAN_PREFIX_FROM_PC ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(cmake/clgan.pc.in clgan.pc @ONLY)
write_basic_package_version_file(clgan-config-version.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_BINARY_DIR}/clgan-config.cmake ${CMAKE_BINARY_DIR}/clgan-config-version.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/clgan COMPONENT development)
install(FILES ${CMAKE_BINARY_DIR}/clgan.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
install(FILES examples/embed.c DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libclgan-dev/examples COMPONENT development)
install(FILES docs/embedding.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libclgan-dev COMPONENT development)

# Where the system looks for libraries by itself, a path in the program would only be in the way.
if(NOT CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  if(APPLE)
    set(ORIGIN @loader_path)
  else()
    set(ORIGIN $ORIGIN)
  endif()
  set_target_properties(clgan_command PROPERTIES INSTALL_RPATH ${ORIGIN}/../${CMAKE_INSTALL_LIBDIR})
endif()
install(TARGETS clgan_command clgan-bench COMPONENT command)
install(FILES README.md README.ko.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT command)
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT command PATTERN results EXCLUDE) # logs
install(FILES examples/generate.py DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples COMPONENT command)

# Debian's zsh looks for functions of packages in a folder of its own.
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr" AND EXISTS /etc/debian_version)
  set(ZSH_FOLDER ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
else()
  set(ZSH_FOLDER ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
endif()
set(BASH_FOLDER ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES packaging/_clgan DESTINATION ${ZSH_FOLDER} COMPONENT command)
foreach(name clgan clgan-bench)
  install(FILES packaging/clgan.bash DESTINATION ${BASH_FOLDER} RENAME ${name} COMPONENT command)
endforeach()

# cpack makes Debian packages of it: packaging/make-packages. Configured for /usr, as tools/debian-packages does.
set(CPACK_GENERATOR External)
set(CPACK_EXTERNAL_ENABLE_STAGING ON)
set(CPACK_EXTERNAL_PACKAGE_SCRIPT ${CMAKE_SOURCE_DIR}/cmake/packages.cmake)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL library development command)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_CLGAN_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_CLGAN_SOURCE ${CMAKE_SOURCE_DIR})
include(CPack)
