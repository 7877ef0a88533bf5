#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

clgan_status file_sync_folder(const char *folder)
{
    int handle, result;
    FILE_RETRY(handle, open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (handle < 0 && errno == EACCES) return CLGAN_OK;
    if (handle < 0) return status_fail(CLGAN_FAILED, "%s: the folder can't be opened: %s", folder, strerror(errno));
    FILE_RETRY(result, file_sync(handle));
    clgan_status status = CLGAN_OK;
    if (result != 0 && errno != EINVAL && errno != ENOTSUP)
        status = status_fail(CLGAN_FAILED, "%s: the folder can't be written: %s", folder, strerror(errno));
    close(handle);
    return status;
}

clgan_status file_sync_folder_of(const char *path)
{
    char *folder;
    TRY(memory_copy_text(&folder, path));
    for (size_t end = strlen(folder); end > 1 && folder[end - 1] == '/';) folder[--end] = 0;
    char *slash = strrchr(folder, '/');
    if (slash) slash[slash == folder] = 0;
    const clgan_status status = file_sync_folder(slash ? folder : ".");
    free(folder);
    return status;
}

clgan_status file_make_folder(const char *path)
{
    int result;
    FILE_RETRY(result, mkdir(path, 0777));
    if (result == 0) return file_sync_folder_of(path);
    const int error = errno;
    if (file_is_folder(path)) return CLGAN_OK;
    return status_fail(CLGAN_FAILED, "%s: the folder can't be made: %s", path, strerror(error));
}

clgan_status file_make_folders(const char *path)
{
    char *copy;
    if (!*path) return status_fail(CLGAN_USAGE, "a folder's name is empty");
    TRY(memory_copy_text(&copy, path));
    clgan_status status = CLGAN_OK;
    for (char *at = copy + 1; status == CLGAN_OK; at++) {
        if (*at != '/' && *at != 0) continue;
        char end = *at;
        *at = 0;
        status = file_make_folder(copy);
        *at = end;
        if (!end) break;
    }
    free(copy);
    return status;
}

clgan_status file_refuse_link(const char *path)
{
    struct stat info;
    if (lstat(path, &info) != 0 || !S_ISLNK(info.st_mode)) return CLGAN_OK;
    return status_fail(CLGAN_FAILED, "%s: a link, which may lead anywhere; put a folder in its place", path);
}

clgan_status file_make_inner_folder(char **path, const char *folder, const char *name)
{
    TRY(file_join(path, folder, name));
    clgan_status status = file_make_folder(*path);
    if (status == CLGAN_OK) status = file_refuse_link(*path);
    if (status != CLGAN_OK) free(*path);
    return status;
}

clgan_status file_make_new_folder(const char *path)
{
    char *parent;
    int result;
    TRY(memory_copy_text(&parent, path));
    clgan_status status = CLGAN_OK;
    for (size_t end = strlen(parent); end > 1 && parent[end - 1] == '/';) parent[--end] = 0;
    char *slash = strrchr(parent, '/');
    if (slash && slash != parent) {
        *slash = 0;
        status = file_make_folders(parent);
    }
    free(parent);
    TRY(status);
    FILE_RETRY(result, mkdir(path, 0777));
    if (result == 0) return file_sync_folder_of(path);
    if (errno == EEXIST) return status_fail(CLGAN_USAGE, "%s: exists already", path);
    return status_fail(CLGAN_FAILED, "%s: the folder can't be made: %s", path, strerror(errno));
}

/* ---- what is in them ---- */

static clgan_status list_stream(struct file_names *names, DIR *stream, const char *folder)
{
    size_t capacity = 0;
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(stream);
        if (!entry && errno == EINTR) continue;
        if (!entry && errno)
            return status_fail(CLGAN_FAILED, "%s: the folder can't be read: %s", folder, strerror(errno));
        if (!entry) return CLGAN_OK;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        TRY(memory_grow(&names->list, &capacity, names->count + 1, sizeof *names->list));
        TRY(memory_copy_text(&names->list[names->count], entry->d_name));
        names->count++;
    }
}

clgan_status file_list(struct file_names *names, const char *folder)
{
    *names = (struct file_names){0};
    DIR *stream;
    do {
        stream = opendir(folder);
    } while (!stream && errno == EINTR);
    if (!stream && errno == ENOENT) return CLGAN_OK;
    if (!stream) return status_fail(CLGAN_FAILED, "%s: the folder can't be read: %s", folder, strerror(errno));
    const clgan_status status = list_stream(names, stream, folder);
    closedir(stream);
    if (status != CLGAN_OK) file_names_free(names);
    return status;
}

void file_names_free(struct file_names *names)
{
    for (size_t i = 0; i < names->count; i++) free(names->list[i]);
    free(names->list);
    *names = (struct file_names){0};
}

bool file_is_temporary(const char *name)
{
    static const char ending[] = ".tmp";
    const size_t length = strlen(name);
    if (length < sizeof ending || strcmp(name + length - sizeof ending + 1, ending) != 0) return false;
    size_t at = length - sizeof ending;
    while (at > 0 && strchr("0123456789-", name[at])) at--;
    return at > 0 && name[at] == '.' && at + 1 < length - (sizeof ending - 1);
}

void file_sweep(const char *folder, const char *name, double seconds)
{
    struct file_names names;
    struct stat info;
    char *path;
    if (file_list(&names, folder) != CLGAN_OK) return;
    for (size_t i = 0; i < names.count; i++) {
        if (name && strncmp(names.list[i], name, strlen(name)) != 0) continue;
        if (!file_is_temporary(names.list[i]) || file_join(&path, folder, names.list[i]) != CLGAN_OK) continue;
        if (stat(path, &info) == 0 && difftime(time(NULL), info.st_mtime) >= seconds) unlink(path);
        free(path);
    }
    file_names_free(&names);
}
