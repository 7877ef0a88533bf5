#include <ctype.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "command.h"

/* What is replaced: the longest first where one begins with another. */
struct secret {
    char text[512];
    const char *instead;
    int whole; /* only where no letter or digit stands beside it: names; not paths */
};
enum { SECRETS = 16 };

struct secrets {
    struct secret list[SECRETS];
    size_t count;
};

static void hide(struct secrets *secrets, const char *text, const char *instead, int whole)
{
    if (!text || secrets->count == SECRETS) return;
    size_t length = strlen(text);
    while (!whole && length && text[length - 1] == '/') length--; /* a home folder of "/" has nothing to hide */
    if (!length || length >= sizeof secrets->list->text) return;
    struct secret *secret = &secrets->list[secrets->count++];
    memcpy(secret->text, text, length);
    secret->text[length] = 0;
    secret->instead = instead;
    secret->whole = whole;
}

static int by_length(const void *a, const void *b)
{
    const size_t x = strlen(((const struct secret *)a)->text), y = strlen(((const struct secret *)b)->text);
    return x < y ? 1 : x > y ? -1 : 0;
}

/* The part of the home folder's path that may be a name: its last one. */
static const char *last_part(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash && slash[1] ? slash + 1 : NULL;
}

static void find_secrets(struct secrets *secrets)
{
    static const char *const names[] = {"USER", "LOGNAME", "SUDO_USER"};
    const struct passwd *user = getpwuid(geteuid());
    const char *home = getenv("HOME");
    char host[256] = "", *real = home ? realpath(home, NULL) : NULL;
    *secrets = (struct secrets){.count = 0};
    hide(secrets, home, "~", 0);
    hide(secrets, real, "~", 0);
    hide(secrets, last_part(home), "USER", 1);
    if (user) hide(secrets, user->pw_dir, "~", 0);
    if (user) hide(secrets, user->pw_name, "USER", 1);
    for (size_t i = 0; i < COUNT_OF(names); i++) hide(secrets, getenv(names[i]), "USER", 1);
    if (gethostname(host, sizeof host - 1) == 0) {
        hide(secrets, host, "HOST", 1);
        host[strcspn(host, ".")] = 0;
        hide(secrets, host, "HOST", 1);
    }
    hide(secrets, getenv("HOSTNAME"), "HOST", 1);
    free(real);
    qsort(secrets->list, secrets->count, sizeof *secrets->list, by_length);
}

/* Another user's folder: how much of "/home/NAME" begins here, and what it becomes. */
static size_t other_home(const char *at, const char **instead)
{
    static const char *const roots[] = {"/home/", "/Users/"};
    for (size_t i = 0; i < COUNT_OF(roots); i++) {
        const size_t root = strlen(roots[i]), name = strncmp(at, roots[i], root) == 0 ? strcspn(at + root, "/ :\n") : 0;
        if (!name) continue;
        *instead = i ? "/Users/USER" : "/home/USER";
        return root + name;
    }
    return 0;
}

/* Bytes at `at` that are to be replaced; 0: none. */
static size_t secret_at(const struct secrets *secrets, const char *text, const char *at, const char **instead)
{
    for (size_t i = 0; i < secrets->count; i++) {
        const struct secret *secret = &secrets->list[i];
        const size_t length = strlen(secret->text);
        if ((secret->whole ? strncasecmp : strncmp)(at, secret->text, length) != 0) continue;
        const int before = at > text && isalnum((unsigned char)at[-1]), after = isalnum((unsigned char)at[length]);
        if (after || (secret->whole && before)) continue;
        *instead = secret->instead;
        return length;
    }
    return other_home(at, instead);
}

void doctor_write_private(FILE *out, const char *text)
{
    struct secrets secrets;
    find_secrets(&secrets);
    for (const char *at = text; *at;) {
        const char *instead;
        const size_t length = secret_at(&secrets, text, at, &instead);
        if (length)
            fputs(instead, out);
        else
            fputc(*at, out);
        at += length ? length : 1;
    }
}
