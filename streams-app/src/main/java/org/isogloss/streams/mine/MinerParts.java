package org.isogloss.streams.mine;

import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.WriterSchemas;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.Pair;
import org.isogloss.schemas.record.ScopeSealed;
import org.isogloss.schemas.record.Seal;

/**
 * What the processors of one miner share. Safe for use by many threads.
 *
 * @param search the arithmetic
 * @param searcher runs searches, so that no stream thread waits for one
 * @param slot one permit: only one pair of languages at a time holds its vectors in memory
 * @param idleSealer told of scopes that are to be sealed; must not block
 */
record MinerParts(
    MinerOptions options,
    AvroCodec<Embedding> embeddings,
    AvroCodec<Seal> seals,
    AvroCodec<Pair> pairs,
    AvroCodec<ScopeSealed> sealed,
    PairSearch search,
    Executor searcher,
    Semaphore slot,
    Consumer<String> idleSealer,
    LongSupplier nanoClock,
    MinerMeters meters) {

  static MinerParts of(
      MinerOptions options,
      WriterSchemas schemas,
      PairSearch search,
      Executor searcher,
      Consumer<String> idleSealer,
      LongSupplier nanoClock,
      MinerMeters meters) {
    return new MinerParts(
        options,
        AvroCodec.of(Embedding.class, schemas),
        AvroCodec.of(Seal.class, schemas),
        AvroCodec.of(Pair.class, schemas),
        AvroCodec.of(ScopeSealed.class, schemas),
        search,
        searcher,
        new Semaphore(1),
        idleSealer,
        nanoClock,
        meters);
  }
}
