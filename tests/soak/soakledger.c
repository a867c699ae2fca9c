/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was sent, what has come of it to whom, and what happened meanwhile: by that one sees what a
 * fault has cost. */

#include "soakledger.h"

typedef struct {
  gint64 sent;
  guint received; /* a bit for each receiver */
} Picture;

typedef struct {
  SoakFault fault;
  gint64 begin;
  gint64 gone;                           /* the cause; or -1 */
  gint64 over[SOAK_MAX_RECEIVERS];       /* when the first picture came after that; or -1 */
  gint64 first_sent[SOAK_MAX_RECEIVERS]; /* when that was sent */
} Fault;

struct _SoakLedger {
  guint receivers;
  GArray *pictures;              /* of Picture, by their numbers */
  GArray *faults;                /* of Fault */
  gint last[SOAK_MAX_RECEIVERS]; /* the number that has come last; or -1 */
  gint first[SOAK_MAX_RECEIVERS];
};

SoakLedger *
soak_ledger_new (guint receivers)
{
  SoakLedger *self = g_new0 (SoakLedger, 1);

  g_assert (receivers <= SOAK_MAX_RECEIVERS);
  self->receivers = receivers;
  self->pictures = g_array_new (FALSE, TRUE, sizeof (Picture));
  self->faults = g_array_new (FALSE, TRUE, sizeof (Fault));
  for (guint r = 0; r < receivers; r++)
    self->first[r] = self->last[r] = -1;
  return self;
}

void
soak_ledger_free (SoakLedger *self)
{
  g_array_unref (self->pictures);
  g_array_unref (self->faults);
  g_free (self);
}

static Picture *
get_picture (SoakLedger *self, guint number)
{
  return &g_array_index (self->pictures, Picture, number);
}

static Fault *
get_fault (SoakLedger *self, guint i)
{
  return &g_array_index (self->faults, Fault, i);
}

void
soak_ledger_sent (SoakLedger *self, guint number, gint64 time)
{
  if (number >= self->pictures->len)
    g_array_set_size (self->pictures, number + 1);
  get_picture (self, number)->sent = time;
}

/* The faults are few, and those that matter the last ones. */
static void
look_at_faults (SoakLedger *self, guint receiver, gint64 sent, gint64 time)
{
  for (guint i = self->faults->len; i > 0; i--) {
    Fault *fault = get_fault (self, i - 1);

    if (fault->gone < 0 || sent <= fault->gone)
      continue;
    if (fault->over[receiver] >= 0)
      return;
    fault->over[receiver] = time;
    fault->first_sent[receiver] = sent;
  }
}

gboolean
soak_ledger_received (SoakLedger *self, guint receiver, guint number, gint64 time)
{
  if (number >= self->pictures->len || (gint) number <= self->last[receiver])
    return FALSE;
  if (self->first[receiver] < 0)
    self->first[receiver] = (gint) number;
  self->last[receiver] = (gint) number;
  get_picture (self, number)->received |= 1u << receiver;
  look_at_faults (self, receiver, get_picture (self, number)->sent, time);
  return TRUE;
}

void
soak_ledger_begin_fault (SoakLedger *self, SoakFault fault, gint64 time)
{
  Fault added = {.fault = fault, .begin = time, .gone = -1};

  for (guint r = 0; r < self->receivers; r++)
    added.over[r] = added.first_sent[r] = -1;
  g_array_append_val (self->faults, added);
}

void
soak_ledger_end_fault (SoakLedger *self, gint64 time)
{
  get_fault (self, self->faults->len - 1)->gone = time;
}

gboolean
soak_ledger_has_recovered (SoakLedger *self, guint receiver)
{
  for (guint i = self->faults->len; i > 0; i--) {
    const Fault *fault = get_fault (self, i - 1);

    if (fault->gone >= 0)
      return fault->over[receiver] >= 0;
  }
  return self->first[receiver] >= 0;
}

guint
soak_ledger_count_faults (SoakLedger *self)
{
  return self->faults->len;
}

SoakRecovery
soak_ledger_get_recovery (SoakLedger *self, guint i, guint receiver)
{
  const Fault *fault = get_fault (self, i);

  return (SoakRecovery){
      fault->fault, fault->over[receiver] < 0 ? -1 : fault->over[receiver] - fault->gone};
}

/* Whether RECEIVER, who has not got a picture, got the one before. */
static gboolean
is_first_missing (SoakLedger *self, guint receiver, guint number)
{
  guint bit = 1u << receiver;

  return !(get_picture (self, number)->received & bit) &&
         (number == 0 || (get_picture (self, number - 1)->received & bit));
}

static gboolean
is_missing_for_all (SoakLedger *self, guint number)
{
  return self->receivers > 1 && get_picture (self, number)->received == 0;
}

/* Whether nothing came to RECEIVER any more of what was sent between picture NUMBER and TIME. */
static gboolean
is_last_until (SoakLedger *self, guint receiver, guint number, gint64 time)
{
  for (; number < self->pictures->len && get_picture (self, number)->sent < time; number++) {
    if (get_picture (self, number)->received & 1u << receiver)
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_in_gap (
    SoakLedger *self, guint receiver, guint number, const Fault *fault, const SoakLimits *limits)
{
  gint64 before = fault->begin - get_picture (self, number)->sent;

  return before <= limits->grace ||
         (before <= limits->under_way && is_last_until (self, receiver, number, fault->begin));
}

SoakBalance
soak_ledger_get_balance (SoakLedger *self, guint receiver, const SoakLimits *limits,
    SoakLostFunc lost, gpointer user_data)
{
  SoakBalance balance = {0};
  guint next = 0;             /* fault whose gap is not over */
  gboolean in_common = FALSE; /* what is missing since the last one that has come, */
  gboolean is_early = FALSE;
  gint64 still = 0; /* since then */
  gint64 over;

  if (self->first[receiver] < 0)
    return balance;
  over = get_picture (self, (guint) self->first[receiver])->sent;
  for (guint number = (guint) self->first[receiver]; number < self->pictures->len; number++) {
    const Picture *picture = get_picture (self, number);
    const Fault *fault;

    if (picture->sent >= limits->until)
      break;
    if (picture->sent == 0)
      continue;
    while (next < self->faults->len && get_fault (self, next)->first_sent[receiver] >= 0 &&
           picture->sent >= get_fault (self, next)->first_sent[receiver]) {
      over = get_fault (self, next)->first_sent[receiver];
      next++;
    }
    fault = next < self->faults->len ? get_fault (self, next) : NULL;

    if (is_first_missing (self, receiver, number)) {
      in_common = is_missing_for_all (self, number);
      is_early = picture->sent - over <= limits->early;
      still = picture->sent;
    }
    balance.sent++;
    if (picture->received & 1u << receiver) {
      balance.received++;
      continue;
    }
    if (fault && is_in_gap (self, receiver, number, fault, limits)) {
      balance.gaps++;
      continue;
    }
    if (picture->sent - still > limits->standstill)
      balance.lost++;
    else if (is_early)
      balance.early++;
    else if (in_common)
      balance.common++;
    else
      balance.lost++;
    if (lost)
      lost (number, picture->sent - over, user_data);
  }
  return balance;
}
