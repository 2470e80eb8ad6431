/**
 * Dead letters read, explained, and sent again after a mend.
 *
 * <p><b>What a replay promises.</b> A refused sentence is sent again at most once, whoever replays,
 * how often, and wherever one is killed. It becomes a new record of {@code isogloss.sentences} with
 * its old key, and with the header {@code replaces} that names the place of the refused one; in the
 * same transaction a {@code DeadLetterReplay} is written to the compacted topic {@code
 * isogloss.replays}, whose key is that place. A place with such a marker is never sent again. All
 * replays share one transactional id: who starts later fences the earlier one, whose open
 * transaction is undone, and who was fenced reads the markers anew before it goes on. No
 * transaction is open while anything is read. From then on the new record is a sentence like any
 * other: it ends in one embedding per view or in one dead letter of its own, which may be replayed
 * in its turn. The refused record keeps its dead letter: the two are two sentences to every count.
 *
 * <p><b>What is sent.</b> A letter of the stage {@code route} holds the sentence's own bytes, which
 * are sent unchanged, with its header {@code views}. One of the stage {@code encode} holds an
 * {@code EncodeRequest}, of which the sentence is made again: normalised, and with its language
 * settled. Letters of the stage {@code mine} are not replayed, since their sentences have their
 * vectors; nor are those of other routes than {@code isogloss.sentences}, and those that hold no
 * record.
 *
 * <p><b>Scopes.</b> In an open scope the dead letter and its replacement are two sentences: the
 * seal counts both, and the scope is complete when the letter and the replacement's result are
 * there. A scope that is sealed has counted the letter and takes no more; its letters are passed
 * over unless another scope is named (the empty one: encoded, not mined). Should a scope be sealed
 * between the look and the sending, the replacement is encoded and comes too late to be mined, as
 * any late sentence does.
 *
 * <p>Whoever deletes and creates {@code isogloss.sentences} anew must do so with {@code
 * isogloss.replays} too, since places then begin again.
 *
 * <p>Readers and replays open connections of their own at each call, and block; all else is
 * immutable. Must not know who refuses, or why a refusal would not come again.
 */
@NullMarked
package org.isogloss.streams.replay;

import org.jspecify.annotations.NullMarked;
