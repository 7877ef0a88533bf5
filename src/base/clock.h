/* Seconds of a clock that only goes forward; its zero means nothing. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

double clock_seconds(void);

#endif
