/* Recipes: the shipped ones, the round trip of the resolved text, and the messages of what is refused. */
#include <string.h>

#include "gan/recipe_fields.h"
#include "suite.h"

START_TEST(shipped_recipes_survive_writing)
{
    size_t count = 0;
    for (; clgan_recipe_name(count); count++) {
        clgan_recipe *recipe;
        struct recipe again;
        char *first, *second;
        ck_assert_msg(clgan_recipe_read(&recipe, clgan_recipe_name(count), NULL, 0) == CLGAN_OK, "%s",
                      clgan_last_error());
        ck_assert_ptr_nonnull(clgan_recipe_about(count));
        ck_assert_int_eq(clgan_recipe_text(&first, recipe), CLGAN_OK);
        ck_assert_msg(recipe_parse(&again, first, strlen(first), "resolved", NULL, 0) == CLGAN_OK, "%s",
                      clgan_last_error());
        ck_assert_int_eq(recipe_write(&second, &again), CLGAN_OK);
        ck_assert_str_eq(first, second);
        clgan_text_free(first);
        clgan_text_free(second);
        clgan_recipe_free(recipe);
    }
    ck_assert_uint_ge(count, 5);
}
END_TEST

/* What users are told of each key; of nets and optimisers once for both players. */
START_TEST(each_key_is_explained)
{
    clgan_recipe_key key;
    size_t position = 0;
    for (size_t i = 0; i < RECIPE_SECTIONS; i++) {
        const struct recipe_section *section = &recipe_sections[i];
        if (i == SECTION_DISCRIMINATOR || i == SECTION_DISCRIMINATOR_OPTIMISER) continue;
        for (size_t f = 0; f < section->count; f++) {
            ck_assert_int_eq(clgan_recipe_key_at(&key, position++), 1);
            ck_assert_str_eq(key.name, section->fields[f].key);
            ck_assert_msg(key.about && *key.about && *key.values, "%s", key.name);
            ck_assert_uint_lt(strlen(key.values), sizeof key.values - 1);
            ck_assert(i == SECTION_TOP || strncmp(key.section, section->group ? section->group : section->key, 4) == 0);
        }
        ck_assert_int_eq(strstr(key.section, "discriminator") != NULL,
                         i == SECTION_GENERATOR || i == SECTION_GENERATOR_OPTIMISER);
    }
    ck_assert_int_eq(clgan_recipe_key_at(&key, position), 0);
}
END_TEST

/* Recipes are whole files, so that each can be read, copied and changed alone; those that say that they are `mnist` but
 * for some keys have to stay so. */
START_TEST(recipes_after_mnist_differ_where_they_say)
{
    static const struct {
        const char *name, *settings[8];
    } after[] = {
        {"fashion-mnist", {"name=fashion-mnist", "data.name=fashion-mnist"}},
        {"mnist-best",
         {"name=mnist-best", "discriminator.0.keep=0.95", "train.epochs=50", "train.updates=alternating",
          "train.average=0.9999", "optimiser.generator.decay=1.00003", "optimiser.discriminator.decay=1.00003"}},
    };
    for (size_t i = 0; i < sizeof after / sizeof *after; i++) {
        clgan_recipe *found, *expected;
        char *found_text, *expected_text;
        size_t count = 0;
        while (count < sizeof after->settings / sizeof *after->settings && after[i].settings[count]) count++;
        ck_assert_msg(clgan_recipe_read(&found, after[i].name, NULL, 0) == CLGAN_OK, "%s", clgan_last_error());
        ck_assert_msg(clgan_recipe_read(&expected, "mnist", after[i].settings, count) == CLGAN_OK, "%s",
                      clgan_last_error());
        memcpy(expected->recipe.about, found->recipe.about, sizeof found->recipe.about);
        ck_assert_int_eq(clgan_recipe_text(&found_text, found), CLGAN_OK);
        ck_assert_int_eq(clgan_recipe_text(&expected_text, expected), CLGAN_OK);
        ck_assert_str_eq(found_text, expected_text);
        clgan_text_free(found_text);
        clgan_text_free(expected_text);
        clgan_recipe_free(found);
        clgan_recipe_free(expected);
    }
}
END_TEST

START_TEST(settings_are_checked)
{
    static const struct {
        const char *setting, *expected;
    } refused[] = {
        {"generator.0.units=12abc", "--set generator.0.units=12abc"},
        {"generator.0.units=-1", "--set generator.0.units=-1"},
        {"generator.0.unit=3", "generator.0.unit"},
        {"generator.0.pieces=3", "pieces"},
        {"generator.99.units=3", "generator.99"},
        {"train.batch", "train.batch"},
        {"generator.2.units=783", "784"},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        clgan_recipe *recipe;
        ck_assert_int_eq(clgan_recipe_read(&recipe, "mnist", &refused[i].setting, 1), CLGAN_USAGE);
        ck_assert_msg(strstr(clgan_last_error(), refused[i].expected) != NULL, "%s: %s", refused[i].setting,
                      clgan_last_error());
    }
}
END_TEST

START_TEST(a_setting_is_taken)
{
    clgan_recipe *recipe;
    const char *setting = "generator.0.units=64";
    ck_assert_msg(clgan_recipe_read(&recipe, "mnist", &setting, 1) == CLGAN_OK, "%s", clgan_last_error());
    ck_assert_int_eq(recipe->recipe.generator.layers[0].units, 64);
    ck_assert(recipe->recipe.generator_optimiser.learning_rate == 0.3);
    clgan_recipe_free(recipe);
}
END_TEST

START_TEST(bad_yaml_names_file_and_line)
{
    static const char *const texts[] = {"name: x\nunknown: 3\n", "name: [\n", "name: x\nname: y\n", ""};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct recipe recipe;
        ck_assert_int_eq(recipe_parse(&recipe, texts[i], strlen(texts[i]), "my.yaml", NULL, 0), CLGAN_USAGE);
        ck_assert_msg(strstr(clgan_last_error(), "my.yaml") != NULL, "%s", clgan_last_error());
    }
    ck_assert_int_eq(clgan_recipe_read(&(clgan_recipe *){NULL}, "no-such-recipe", NULL, 0), CLGAN_USAGE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("recipe");
    TCase *tests = tcase_create("recipe");
    tcase_add_test(tests, shipped_recipes_survive_writing);
    tcase_add_test(tests, each_key_is_explained);
    tcase_add_test(tests, recipes_after_mnist_differ_where_they_say);
    tcase_add_test(tests, settings_are_checked);
    tcase_add_test(tests, a_setting_is_taken);
    tcase_add_test(tests, bad_yaml_names_file_and_line);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
