/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was sent, what has come of it to whom, and what happened meanwhile: by that one sees what a
 * fault has cost.
 *
 * Times are those of g_get_monotonic_time(), microseconds, which all processes of a machine
 * share. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SOAK_MAX_RECEIVERS 4

typedef enum {
  SOAK_FAULT_SERVER,    /* the server was killed and restarted */
  SOAK_FAULT_PUBLISHER, /* the publisher has left and come back */
  SOAK_N_FAULTS
} SoakFault;

/* What a fault has cost a receiver: how long after its cause was gone a picture came that was made
 * after that. Negative: none has come. */
typedef struct {
  SoakFault fault;
  gint64 recovery;
} SoakRecovery;

typedef struct {
  guint sent;     /* pictures */
  guint received; /* of these, by this receiver */
  guint gaps;     /* of these, not received because of a fault */
  guint early;    /* not received, from soon after one was over on */
  guint common; /* neither, and nobody has got the first that is missing: lost before the server */
  guint lost;   /* none of these */
} SoakBalance;

typedef struct _SoakLedger SoakLedger;

SoakLedger *soak_ledger_new (guint receivers);
void soak_ledger_free (SoakLedger *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SoakLedger, soak_ledger_free)

/* Pictures have numbers from 0, each one more than that of the one before, and are told of in the
 * order of their times. */
void soak_ledger_sent (SoakLedger *self, guint number, gint64 time);
/* FALSE: this receiver has had it before, or one that was sent later. */
gboolean soak_ledger_received (SoakLedger *self, guint receiver, guint number, gint64 time);

/* A fault begins, and its cause is gone. One comes after the other. */
void soak_ledger_begin_fault (SoakLedger *self, SoakFault fault, gint64 time);
void soak_ledger_end_fault (SoakLedger *self, gint64 time);

/* Whether RECEIVER has come over all faults whose causes are gone. */
gboolean soak_ledger_has_recovered (SoakLedger *self, guint receiver);

guint soak_ledger_count_faults (SoakLedger *self);
SoakRecovery soak_ledger_get_recovery (SoakLedger *self, guint fault, guint receiver);

/* What is meant by what a fault has cost. Times in microseconds. */
typedef struct {
  gint64 until; /* pictures that were sent later do not count */
  /* A gap begins before its fault, and ends with the first picture that came after it: so long
   * before with what was lost too shortly before to be sent again, and up to so long with what was
   * under way, of which nothing came any more. */
  gint64 grace, under_way;
  gint64 early; /* how long after that it is soon */
  /* So long a receiver stands still that has lost something: what is missing longer is lost,
   * whatever it began with. */
  gint64 standstill;
} SoakLimits;

/* Of the pictures from the first one that RECEIVER has got on. With one receiver nothing is lost in
 * common. LOST, unless it is NULL, is called for each picture that is lost, in common or not, or
 * early, with the time since the last fault was over for RECEIVER. */
typedef void (*SoakLostFunc) (guint number, gint64 since, gpointer user_data);
SoakBalance soak_ledger_get_balance (SoakLedger *self, guint receiver, const SoakLimits *limits,
    SoakLostFunc lost, gpointer user_data);

G_END_DECLS
