package org.isogloss.encoder.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.encode.ModuleSource;
import org.isogloss.encoder.encode.ReferenceEncoder;
import org.isogloss.encoder.module.AdapterShape;
import org.isogloss.encoder.module.LinearTarget;
import org.isogloss.encoder.module.LoraShape;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.module.RandomModules;
import org.isogloss.encoder.module.SelfTest;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleKind;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.Pooling;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** A tiny backbone and modules made for it, far apart from one another. */
final class ModuleFixture implements AutoCloseable, ModuleSource {
  static final int LAYERS = 2;
  private static final double SPREAD = 0.3;

  final Backbone backbone;
  private final Path folder;
  private final List<ModuleFiles> opened = new ArrayList<>();
  private final Map<Digest, Path> published = new ConcurrentHashMap<>();
  private final Map<Digest, Integer> numbers = new HashMap<>();
  private final AtomicInteger leases = new AtomicInteger();
  private final int layers;
  private final double spread;
  private int made;

  ModuleFixture(Path folder) throws IOException {
    this(folder, tiny(folder.resolve("tiny")), LAYERS, SPREAD);
  }

  /** Modules for another backbone, which belongs to the fixture from now on. */
  ModuleFixture(Path folder, Backbone backbone, int layers, double spread) {
    this.folder = folder;
    this.backbone = backbone;
    this.layers = layers;
    this.spread = spread;
  }

  private static Backbone tiny(Path directory) throws IOException {
    RandomBackbone.write(directory, RandomBackbone.Options.TINY);
    return Backbone.open(directory);
  }

  ModuleManifest.Common common(List<SelfTest> tests) {
    return new ModuleManifest.Common(
        backbone.digest(),
        layers,
        backbone.config().hiddenSize(),
        Map.of(),
        Map.of(),
        "none",
        tests);
  }

  static Optional<LoraShape> lora(int rank, double alpha, LinearTarget... targets) {
    return Optional.of(
        new LoraShape(
            rank,
            alpha,
            targets.length == 0 ? EnumSet.allOf(LinearTarget.class) : Set.of(targets)));
  }

  ModuleManifest.Language language(
      String language,
      Optional<Integer> pieces,
      Optional<LoraShape> adaptation,
      Optional<LoraShape> encoding,
      PostProcessing postProcessing) {
    return new ModuleManifest.Language(
        language, common(List.of()), pieces, adaptation, encoding, postProcessing);
  }

  ModuleManifest.Alignment alignment(
      String language,
      Optional<ModuleReference> languageModule,
      Optional<ModuleReference> pivot,
      int bottleneck,
      boolean affine) {
    return new ModuleManifest.Alignment(
        language,
        common(List.of()),
        languageModule.map(ModuleReference::digest),
        pivot.map(ModuleReference::digest),
        bottleneck == 0 ? Optional.empty() : Optional.of(new AdapterShape(bottleneck, 0.5)),
        affine);
  }

  /** Writes a module and makes it known under the next number. */
  ModuleReference publish(ModuleManifest manifest, long seed, Predicate<String> zero)
      throws IOException {
    Optional<Path> tokenizer = Optional.empty();
    if (manifest instanceof ModuleManifest.Language l && l.pieces().isPresent()) {
      tokenizer = Optional.of(tokenizer(seed, l.pieces().get()));
    }
    Path directory = folder.resolve("module-" + made++);
    RandomModules.write(directory, manifest, backbone.config(), tokenizer, spread, seed, zero);
    return publish(directory);
  }

  ModuleReference publish(Path directory) throws IOException {
    ModuleManifest manifest = ModuleFiles.readManifest(directory);
    Digest digest = ModulePack.digest(directory);
    published.put(digest, directory);
    int number = numbers.computeIfAbsent(digest, d -> numbers.size() + 1);
    ModuleKind kind = manifest.kind();
    return new ModuleReference(kind, manifest.language(), number, digest);
  }

  ModuleReference publish(ModuleManifest manifest, long seed) throws IOException {
    return publish(manifest, seed, name -> false);
  }

  Path directory(ModuleReference module) {
    return Optional.ofNullable(published.get(module.digest())).orElseThrow();
  }

  /** A WordPiece tokenizer over the backbone's pieces in another order, cut to a size. */
  Path tokenizer(long seed, int pieces) throws IOException {
    List<String> all =
        new ArrayList<>(Files.readAllLines(backbone.directory().resolve("vocab.txt")));
    List<String> special = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");
    all.removeAll(special);
    List<String> latin = all.stream().filter(p -> p.charAt(p.length() - 1) < 0x180).toList();
    List<String> chosen = new ArrayList<>(latin);
    all.removeAll(latin);
    chosen.addAll(all.subList(0, Math.max(0, Math.min(all.size(), pieces - 5 - latin.size()))));
    chosen = new ArrayList<>(chosen.subList(0, Math.min(chosen.size(), pieces - 5)));
    Collections.shuffle(chosen, new Random(seed));
    chosen.addAll(0, special);
    StringBuilder vocabulary = new StringBuilder();
    for (int id = 0; id < chosen.size(); id++) {
      String piece = chosen.get(id).replace("\\", "\\\\").replace("\"", "\\\"");
      vocabulary.append(id == 0 ? "" : ",").append('"').append(piece).append("\":").append(id);
    }
    return Files.writeString(
        folder.resolve("tokenizer-" + seed + "-" + pieces + ".json"),
        """
        {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
         "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
          "strip_accents": null, "lowercase": false},
         "pre_tokenizer": {"type": "BertPreTokenizer"},
         "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
         "decoder": null,
         "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
          "max_input_chars_per_word": 100, "vocab": {%s}}}
        """
            .formatted(vocabulary));
  }

  static ModuleSelection selection(
      String language, Optional<ModuleReference> module, Optional<ModuleReference> alignment) {
    return new ModuleSelection(language, module, alignment);
  }

  /** The reference encoder over the same modules. */
  ReferenceEncoder reference(List<ModuleSelection> selections) {
    List<ReferenceEncoder.Modules> modules = new ArrayList<>();
    for (ModuleSelection selection : selections) {
      modules.add(
          new ReferenceEncoder.Modules(
              selection,
              selection.languageModule().map(this::files),
              selection.alignmentModule().map(this::files)));
    }
    return new ReferenceEncoder(backbone, layers, modules);
  }

  private ModuleFiles files(ModuleReference module) {
    ModuleFiles files =
        ModuleFiles.open(
            directory(module), backbone.config(), backbone.digest(), layers, Pooling.MEAN);
    opened.add(files);
    return files;
  }

  /** How many modules are leased at this moment. */
  int leases() {
    return leases.get();
  }

  @Override
  public Lease open(ModuleReference module) {
    Path directory = published.get(module.digest());
    if (directory == null) {
      throw new IsoglossException(ErrorCode.MODULE_MISSING, "no " + module.name());
    }
    leases.incrementAndGet();
    return new Lease() {
      @Override
      public Path directory() {
        return directory;
      }

      @Override
      public void close() {
        leases.decrementAndGet();
      }
    };
  }

  @Override
  public void close() {
    opened.forEach(ModuleFiles::close);
    backbone.close();
  }
}
