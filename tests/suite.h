/* Runs a Check suite in this process: an OpenCL platform does not survive fork(). */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <check.h>
#include <stdlib.h>

#include "clgan.h"

/* The call must succeed; its message is told where it does not. */
#define CHECK_OK(call) ck_assert_msg((call) == CLGAN_OK, "%s", clgan_last_error())

static inline int suite_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
