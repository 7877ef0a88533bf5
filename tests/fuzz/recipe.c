/* Recipes: what is taken is written as text that gives the same recipe, and names nothing but a folder. */
#include "gan/recipe.h"
#include "fuzz.h"

static void check_name(const char *name, bool needed)
{
    MUST(*name || !needed);
    MUST(strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == strlen(name));
    MUST(*name != '-' && *name != '_');
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const struct fuzz_path path = fuzz_at("recipe.yaml");
    clgan_recipe *recipe;
    struct recipe again;
    char *text;
    fuzz_put(path.text, bytes, length);
    const clgan_status status = clgan_recipe_read(&recipe, path.text, NULL, 0);
    if (status != CLGAN_OK) {
        fuzz_refused(status, path.text);
        return 0;
    }
    check_name(recipe->recipe.name, true);
    check_name(recipe->recipe.data.name, recipe_has_pictures(&recipe->recipe));
    MUST(recipe_write(&text, &recipe->recipe) == CLGAN_OK);
    MUST(recipe_parse(&again, text, strlen(text), "written", NULL, 0) == CLGAN_OK);
    MUST(memcmp(&again, &recipe->recipe, sizeof again) == 0);
    free(text);
    clgan_recipe_free(recipe);
    return 0;
}
