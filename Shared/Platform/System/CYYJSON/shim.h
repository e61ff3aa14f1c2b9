#include <stdlib.h>
#include <yyjson.h>

/* Frees a text that yyjson_val_write made, which is malloc's. */
static inline void cyyjson_free_text(char *text) {
    free(text);
}
