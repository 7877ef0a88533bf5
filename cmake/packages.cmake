# Run by cpack when it has staged the components.
if(NOT CPACK_CLGAN_PREFIX STREQUAL "/usr")
  message(FATAL_ERROR "Debian packages are of a build for /usr: tools/debian-packages makes one")
endif()
execute_process(
  COMMAND ${CPACK_CLGAN_SOURCE}/packaging/make-packages ${CPACK_CLGAN_SOURCE} ${CPACK_TEMPORARY_DIRECTORY} ${CPACK_PACKAGE_DIRECTORY}
  RESULT_VARIABLE code)
if(code)
  message(FATAL_ERROR "the packages could not be made")
endif()
