/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchsvg.c - the results as a picture. It has a background of its own, so that it looks the same
 * on a dark page. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchsvg.h"

#include <math.h>

/* In pixels */
#define WIDTH 860
#define MARGIN 24
#define TITLE_HEIGHT 74
#define LABEL_WIDTH 190
#define VALUE_WIDTH 70
#define BAR_HEIGHT 20
#define BAR_STEP 25
#define GROUP_TITLE_HEIGHT 30
#define GROUP_GAP 12
#define AXIS_HEIGHT 48

#define BARS_LEFT (MARGIN + LABEL_WIDTH)
#define BARS_WIDTH (WIDTH - BARS_LEFT - VALUE_WIDTH - MARGIN)
#define GROUP_HEIGHT (GROUP_TITLE_HEIGHT + BENCH_N_CONTENDERS * BAR_STEP + GROUP_GAP)
#define N_GROUPS (2 * BENCH_N_PAYLOADS)
#define AXIS_TOP (TITLE_HEIGHT + N_GROUPS * GROUP_HEIGHT)
#define HEIGHT (AXIS_TOP + AXIS_HEIGHT)

static const struct {
  BenchContenderId who;
  const gchar *colour;
} bars[BENCH_N_CONTENDERS] = {
    {BENCH_PERCLITE, "#0b7a4b"},
    {BENCH_SRTP, "#b4532a"},
    {BENCH_SRTP_LOADED, "#d8996f"},
    {BENCH_LIBSRTP, "#5b6b86"},
    {BENCH_EVP, "#a3adbd"},
};

static void
add_text (GString *svg, gdouble x, gdouble y, const gchar *more, const gchar *text)
{
  g_autofree gchar *escaped = g_markup_escape_text (text, -1);

  g_string_append_printf (svg, "<text x=\"%.0f\" y=\"%.0f\" %s>%s</text>\n", x, y, more, escaped);
}

/* 1, 2 or 5 times a power of ten, so that there are some lines and not too many. */
static gdouble
axis_step (gdouble max)
{
  gdouble power = pow (10, floor (log10 (max / 4)));
  gdouble factor = max / 4 / power;

  return power * (factor < 2 ? 1 : factor < 5 ? 2 : 5);
}

static gdouble
longest (const BenchResults *results)
{
  gdouble max = 1;

  for (guint i = 0; i < N_GROUPS; i++) {
    BenchCase what = bench_plan_base ((BenchDirection) (i / BENCH_N_PAYLOADS), BENCH_GCM_256,
        bench_payloads[i % BENCH_N_PAYLOADS]);

    for (guint who = 0; who < BENCH_N_CONTENDERS; who++) {
      const BenchCell *cell = bench_results_get (results, &what, who);

      if (cell != NULL)
        max = MAX (max, cell->stats.median);
    }
  }
  return max;
}

static void
add_axis (GString *svg, gdouble max)
{
  gdouble step = axis_step (max);

  for (gdouble value = 0; value <= max; value += step) {
    g_autofree gchar *label = g_strdup_printf ("%.0f", value);
    gdouble x = BARS_LEFT + value / max * BARS_WIDTH;

    for (guint group = 0; group < N_GROUPS; group++) {
      guint top = TITLE_HEIGHT + group * GROUP_HEIGHT + GROUP_TITLE_HEIGHT - 4;

      g_string_append_printf (svg,
          "<line x1=\"%.1f\" y1=\"%u\" x2=\"%.1f\" y2=\"%u\" stroke=\"#d5dae2\"/>\n", x, top, x,
          top + BENCH_N_CONTENDERS * BAR_STEP + 4);
    }
    add_text (
        svg, x, AXIS_TOP + 16, "text-anchor=\"middle\" font-size=\"12\" fill=\"#4a5261\"", label);
  }
  add_text (svg, BARS_LEFT + BARS_WIDTH / 2.0, AXIS_TOP + 36,
      "text-anchor=\"middle\" font-size=\"12\" fill=\"#4a5261\"",
      "nanoseconds of CPU time per packet; less is better");
}

static void
add_bar (GString *svg, gdouble y, const BenchCell *cell, guint bar, gdouble max)
{
  g_autofree gchar *value = g_strdup_printf ("%.0f", cell->stats.median);
  gdouble width = cell->stats.median / max * BARS_WIDTH;
  gboolean ours = bars[bar].who == BENCH_PERCLITE;

  add_text (svg, BARS_LEFT - 8, y + 15,
      ours ? "text-anchor=\"end\" font-size=\"13\" font-weight=\"bold\""
           : "text-anchor=\"end\" font-size=\"13\"",
      bench_contender_get (bars[bar].who)->titles[cell->what.direction]);
  g_string_append_printf (svg,
      "<rect x=\"%d\" y=\"%.0f\" width=\"%.1f\" height=\"%d\" rx=\"2\" fill=\"%s\"/>\n", BARS_LEFT,
      y, width, BAR_HEIGHT, bars[bar].colour);
  add_text (svg, BARS_LEFT + width + 6, y + 15,
      ours ? "font-size=\"13\" font-weight=\"bold\"" : "font-size=\"13\"", value);
}

static void
add_group (GString *svg, const BenchResults *results, guint group, gdouble max)
{
  BenchCase what = bench_plan_base ((BenchDirection) (group / BENCH_N_PAYLOADS), BENCH_GCM_256,
      bench_payloads[group % BENCH_N_PAYLOADS]);
  gdouble y = TITLE_HEIGHT + group * GROUP_HEIGHT;
  g_autofree gchar *title = g_strdup_printf ("%s, %u bytes of payload",
      what.direction == BENCH_ENCRYPT ? "Encrypt" : "Decrypt", what.payload_size);

  add_text (svg, MARGIN, y + 19, "font-size=\"14\" font-weight=\"bold\"", title);
  y += GROUP_TITLE_HEIGHT;
  for (guint i = 0; i < BENCH_N_CONTENDERS; i++, y += BAR_STEP) {
    const BenchCell *cell = bench_results_get (results, &what, bars[i].who);

    if (cell != NULL)
      add_bar (svg, y, cell, i, max);
  }
}

gchar *
bench_svg_make (const BenchResults *results)
{
  GString *svg = g_string_new (NULL);
  gdouble max = longest (results);

  g_string_append_printf (svg,
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
      "font-family=\"sans-serif\" fill=\"#1a1f29\" role=\"img\">\n"
      "<title>What a packet costs with AES-256-GCM</title>\n"
      "<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#f7f8fa\"/>\n",
      WIDTH, HEIGHT, WIDTH, HEIGHT, WIDTH, HEIGHT);
  add_text (svg, MARGIN, 36, "font-size=\"19\" font-weight=\"bold\"",
      "What a packet costs with AES-256-GCM");
  add_text (svg, MARGIN, 58, "font-size=\"13\" fill=\"#4a5261\"",
      "One stream, single buffers, one thread. Medians of one run, in which all took turns");
  add_axis (svg, max);
  for (guint i = 0; i < N_GROUPS; i++)
    add_group (svg, results, i, max);
  g_string_append (svg, "</svg>\n");
  return g_string_free (svg, FALSE);
}
