#include "gan/recipe.h"

size_t recipe_data_size(const struct recipe *recipe)
{
    return (size_t)recipe->data.channels * (size_t)recipe->data.height * (size_t)recipe->data.width;
}

bool recipe_has_pictures(const struct recipe *recipe) { return data_has_pictures(recipe->data.format); }

struct dataset_request recipe_dataset_request(const struct recipe *recipe, const char *path, bool want_test)
{
    return (struct dataset_request){.format = recipe->data.format,
                                    .name = recipe->data.name,
                                    .path = path,
                                    .channels = (size_t)recipe->data.channels,
                                    .height = (size_t)recipe->data.height,
                                    .width = (size_t)recipe->data.width,
                                    .fit = recipe->data.fit,
                                    .background = (uint8_t)recipe->data.background,
                                    .validation = (size_t)recipe->data.validation,
                                    .want_test = want_test};
}
