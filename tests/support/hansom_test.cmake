# hansom_test(NAME name SOURCES ... LIBRARIES ... [LABELS ...] [TIMEOUT seconds]): one GoogleTest program, one ctest
# entry. hansom_fuzz(NAME name SOURCE file CORPUS folder LIBRARIES ...): a fuzz target; in the fuzz preset a
# libFuzzer program, in every other build a test that runs the saved corpus once.
find_package(GTest REQUIRED)

function(hansom_test)
  cmake_parse_arguments(T "" "NAME;TIMEOUT" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  if(HANSOM_SANITIZE STREQUAL "fuzzer")
    return()
  endif()
  add_executable(${T_NAME}_test ${T_SOURCES})
  target_link_libraries(${T_NAME}_test PRIVATE hansom_flags ${T_LIBRARIES} GTest::gmock
                                               GTest::gtest_main)
  target_precompile_headers(${T_NAME}_test REUSE_FROM hansom_test_support)
  add_test(NAME ${T_NAME} COMMAND ${T_NAME}_test)
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 300)
  endif()
  set_tests_properties(${T_NAME} PROPERTIES TIMEOUT ${T_TIMEOUT} LABELS "${T_LABELS}")
endfunction()

function(hansom_fuzz)
  cmake_parse_arguments(F "" "NAME;SOURCE;CORPUS" "LIBRARIES" ${ARGN})
  if(HANSOM_SANITIZE STREQUAL "fuzzer")
    add_executable(${F_NAME}_fuzz ${F_SOURCE})
    target_link_options(${F_NAME}_fuzz PRIVATE -fsanitize=fuzzer)
  else()
    add_executable(${F_NAME}_fuzz ${F_SOURCE})
    target_link_libraries(${F_NAME}_fuzz PRIVATE hansom_run_corpus)
    add_test(NAME ${F_NAME}_corpus COMMAND ${F_NAME}_fuzz ${CMAKE_CURRENT_SOURCE_DIR}/${F_CORPUS})
    set_tests_properties(${F_NAME}_corpus PROPERTIES TIMEOUT 120 LABELS fuzz)
  endif()
  target_link_libraries(${F_NAME}_fuzz PRIVATE hansom_flags ${F_LIBRARIES})
endfunction()
