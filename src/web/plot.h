/*
 * Inside web/ only: between plot.c, which says what shares an axis, and
 * draw.c, which writes it down as a drawing.
 */
#ifndef WEB_PLOT_H
#define WEB_PLOT_H

#include "web/evidence_page.h"

/* Risk, odds, hazard ratios: on a logarithmic axis. */
bool effect_is_ratio(const struct effect *e);
/* Of an investment: 1 is what was put in. */
bool effect_is_return(const struct effect *e);
/* The value that stands for no effect; false: nobody knows. */
bool effect_null(const struct effect *e, double *ret_null);

/* Draw effects that share an axis (1 to FOREST_ROWS_MAX), as plot `number`. */
void plot_draw(const struct page *page, const struct effect *const *group,
    size_t n, size_t number, struct plot *ret_plot);

#endif
