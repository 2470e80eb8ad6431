/**
 * The program on a cluster that wants TLS, SCRAM and rights: who has none gets nothing and is told
 * so, and with the rights of {@code docs/security.md}, read from there, everything works.
 */
@NullMarked
package org.isogloss.it.secured;

import org.jspecify.annotations.NullMarked;
