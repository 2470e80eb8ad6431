package org.isogloss.trainer.fit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.module.LinearTarget;
import org.isogloss.encoder.module.LoraShape;
import org.isogloss.encoder.module.ModuleDraft;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.module.ModuleTensors;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.align.LowRankProduct;

/**
 * The sentence encoding of a language module, lent to another one over the same backbone. It is
 * LoRA on the backbone's matrices, which all languages share, so that what it learnt from one
 * language's paraphrases serves another that has none. Open as long as its tensors are used.
 */
public final class LentSentenceEncoding implements AutoCloseable {
  private final ModuleFiles files;
  private final Digest digest;
  private final String language;
  private final LoraShape shape;
  private final int rankBefore;
  private final Map<String, TensorEntry> tensors;

  /**
   * Who lends.
   *
   * @param module directory of a language module, of any language
   * @param rank what is lent is cut to this rank, to the nearest there is of it; empty: it is lent
   *     as it is
   */
  public record Lender(Path module, OptionalInt rank) {
    public Lender {
      if (rank.isPresent() && rank.getAsInt() < 1) {
        throw new IllegalArgumentException("rank " + rank.getAsInt());
      }
    }
  }

  private LentSentenceEncoding(
      ModuleFiles files,
      Digest digest,
      String language,
      LoraShape shape,
      int rankBefore,
      Map<String, TensorEntry> tensors) {
    this.files = files;
    this.digest = digest;
    this.language = language;
    this.shape = shape;
    this.rankBefore = rankBefore;
    this.tensors = Map.copyOf(tensors);
  }

  /**
   * Opens the module that lends.
   *
   * @throws IsoglossException BAD_MODULE if it is no language module, has no sentence encoding, or
   *     is of another backbone; BAD_OPTION if its rank is lower than the one it is to be cut to;
   *     NO_SOLUTION
   */
  public static LentSentenceEncoding open(Lender lender, Backbone backbone, TorchEncoder encoder) {
    Path directory = lender.module();
    ModuleFiles files = ModuleFolders.files(directory, backbone, encoder);
    try {
      if (!(files.manifest() instanceof ModuleManifest.Language module)
          || module.sentenceEncoding().isEmpty()) {
        throw new IsoglossException(
            ErrorCode.BAD_MODULE, directory + " has no sentence encoding to lend");
      }
      Map<String, TensorEntry> tensors =
          new HashMap<>(ModuleDraft.of(files, backbone.config()).tensors());
      tensors.keySet().removeIf(name -> !ModuleTensors.isSentenceEncoding(name));
      LoraShape shape = module.sentenceEncoding().get();
      int rank = lender.rank().orElse(shape.rank());
      if (rank > shape.rank()) {
        throw new IsoglossException(
            ErrorCode.BAD_OPTION,
            "the sentence encoding of %s has rank %d: it cannot be cut to %d"
                .formatted(directory, shape.rank(), rank));
      }
      return new LentSentenceEncoding(
          files,
          ModulePack.digest(directory),
          module.language(),
          rank == shape.rank() ? shape : ofRank(shape, rank),
          shape.rank(),
          rank == shape.rank() ? tensors : cut(tensors, module, shape, rank));
    } catch (IOException e) {
      files.close();
      throw new IsoglossException(
          ErrorCode.BAD_MODULE, directory + " cannot be read: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      files.close();
      throw e;
    }
  }

  /** Scaled as before: by α over the rank. */
  private static LoraShape ofRank(LoraShape shape, int rank) {
    return new LoraShape(rank, shape.alpha() * rank / shape.rank(), shape.targets());
  }

  private static Map<String, TensorEntry> cut(
      Map<String, TensorEntry> tensors, ModuleManifest module, LoraShape shape, int rank) {
    Map<String, TensorEntry> cut = new HashMap<>();
    for (int layer = 0; layer < module.common().layers(); layer++) {
      for (LinearTarget target : shape.targets()) {
        TensorEntry a =
            tensor(tensors, ModuleTensors.loraA(ModuleTensors.SENTENCE_ENCODING, layer, target));
        TensorEntry b =
            tensor(tensors, ModuleTensors.loraB(ModuleTensors.SENTENCE_ENCODING, layer, target));
        LowRankProduct nearest =
            new LowRankProduct(b.toFloats(), a.toFloats(), shape.rank()).nearest(rank);
        cut.put(
            a.name(),
            TensorEntry.of(a.name(), List.of((long) rank, a.shape().getLast()), nearest.a()));
        cut.put(
            b.name(),
            TensorEntry.of(b.name(), List.of(b.shape().getFirst(), (long) rank), nearest.b()));
      }
    }
    return cut;
  }

  private static TensorEntry tensor(Map<String, TensorEntry> tensors, String name) {
    return Optional.ofNullable(tensors.get(name)).orElseThrow();
  }

  public LoraShape shape() {
    return shape;
  }

  /** By name, as every module has them. */
  public Map<String, TensorEntry> tensors() {
    return tensors;
  }

  /** Of the module that lends. */
  public Digest digest() {
    return digest;
  }

  /** What the lineage of a module says that took it. */
  public Map<String, String> lineage() {
    Map<String, String> lineage = new TreeMap<>();
    lineage.put("sentence_encoding_of", digest.hex());
    lineage.put("sentence_encoding_language", language);
    if (shape.rank() < rankBefore) {
      lineage.put("sentence_encoding_cut_from", Integer.toString(rankBefore));
    }
    return lineage;
  }

  @Override
  public void close() {
    files.close();
  }
}
