#include "offers.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, RUNS_MOST = 500 };

const char *offers_part(const struct offers *offers) { return offers->word + offers->lead; }

void offer(struct offers *offers, const char *value, const char *about)
{
    const char *part = offers_part(offers);
    if (strncmp(value, part, strlen(part)) != 0 || strpbrk(value, "\n\t")) return;
    fprintf(offers->lines, "%.*s%s\t%.*s\n", (int)offers->lead, offers->word, value, (int)strcspn(about, "\n"), about);
}

void offer_words(struct offers *offers, const char *words, char separator)
{
    const char stop[2] = {separator, 0};
    while (*words) {
        char word[64];
        const size_t length = strcspn(words, stop);
        snprintf(word, sizeof word, "%.*s", (int)length, words);
        if (!isupper((unsigned char)*word)) offer(offers, word, ""); /* else what others are called */
        words += length + (words[length] != 0);
    }
}

/* ---- folders of runs ---- */

/* A path as typed, which may begin with ~, as one to open. */
static int real_path(char real[PATH_BYTES], const char *typed)
{
    const char *home = typed[0] == '~' && typed[1] == '/' ? getenv("HOME") : NULL;
    const int length = home ? snprintf(real, PATH_BYTES, "%s%s", home, typed + 1)
                            : snprintf(real, PATH_BYTES, "%s", *typed ? typed : ".");
    return length < PATH_BYTES;
}

static int is_run(const char *typed)
{
    char path[PATH_BYTES], real[PATH_BYTES];
    return snprintf(path, sizeof path, "%s/recipe.yaml", typed) < PATH_BYTES && real_path(real, path) &&
           access(real, R_OK) == 0;
}

static int is_folder(const char *typed)
{
    char real[PATH_BYTES];
    struct stat status;
    return real_path(real, typed) && stat(real, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Offers what is a run in the folder `typed` ("" or ending in "/"), and in its folders while `depth` allows. */
static unsigned offer_runs_of(struct offers *offers, const char *typed, int depth)
{
    char real[PATH_BYTES];
    unsigned found = 0;
    const char *part = offers_part(offers);
    const size_t begun = strlen(part) > strlen(typed) ? strlen(part) - strlen(typed) : 0;
    DIR *folder = real_path(real, typed) ? opendir(real) : NULL;
    for (struct dirent *entry; folder && found < RUNS_MOST && (entry = readdir(folder));) {
        char path[PATH_BYTES];
        if (entry->d_name[0] == '.' || strncmp(entry->d_name, part + strlen(part) - begun, begun) != 0 ||
            snprintf(path, sizeof path, "%s%s", typed, entry->d_name) >= PATH_BYTES - 1 || !is_folder(path))
            continue;
        if (is_run(path)) {
            offer(offers, path, "");
            found++;
        } else if (depth) {
            strcat(path, "/");
            found += offer_runs_of(offers, path, depth - 1);
        }
    }
    if (folder) closedir(folder);
    return found;
}

void offer_runs(struct offers *offers)
{
    char typed[PATH_BYTES];
    const char *part = offers_part(offers), *slash = strrchr(part, '/');
    const int length = slash ? (int)(slash - part) + 1 : 0;
    offers->how = "folders";
    if (snprintf(typed, sizeof typed, "%.*s", length, part) >= PATH_BYTES) return;
    if (offer_runs_of(offers, typed, 1)) offers->how = "paths";
}
