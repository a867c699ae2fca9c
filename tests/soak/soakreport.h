/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a soak has found, for people to read, and whether it is what it should be. */

#pragma once

#include "soakledger.h"
#include "soakparty.h"
#include "soaksync.h"

G_BEGIN_DECLS

/* What pictures may take to flow again, in seconds: nearly always, and at the worst. */
#define SOAK_GOAL 3.0
#define SOAK_WORST 6.0

typedef struct {
  SoakLedger *ledger;
  gint64 end; /* pictures that were sent later do not count */
  guint n_receivers;
  SoakParty *const *receivers;
  const SoakSync *syncs;  /* one for each receiver */
  const guint *damaged;   /* the same: pictures */
  const guint *disorders; /* the same: pictures that came twice, or after later ones */
  guint n_parties;
  SoakParty *const *parties; /* all */
  gboolean verbose;          /* each picture that is lost, too */
} SoakFindings;

/* Prints it. TRUE: pictures have come again after each fault in time, none is lost but by faults,
 * and nothing grows. */
gboolean soak_report (const SoakFindings *findings);

/* Whether pictures have come again after each fault, at all, and descriptors do not become more
 * from fault to fault. */
gboolean soak_report_is_sound (const SoakFindings *findings);

G_END_DECLS
