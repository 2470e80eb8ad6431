package org.isogloss.encoder.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.encode.ModuleSource;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.Transliteration;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.Provenance;
import org.isogloss.encoder.space.View;
import org.isogloss.encoder.tokenize.SentenceTokenizer;
import org.isogloss.encoder.tokenize.TokenizerSource;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.jspecify.annotations.Nullable;

/**
 * A language with modules: its files are held from the moment it is opened, its tensors as long as
 * memory allows. Shared by the tables that have it; closed with the last of them. Safe for several
 * threads.
 */
final class ServedLanguage {
  /** A module's fault, with the module's name. */
  static final class ModuleFault extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient ModuleReference module;
    private final ErrorCode code;
    private final String reason;

    ModuleFault(ModuleReference module, ErrorCode code, String reason) {
      super(module.name() + ": " + reason);
      this.module = module;
      this.code = code;
      this.reason = reason;
    }

    ModuleReference module() {
      return module;
    }

    ErrorCode code() {
      return code;
    }

    String reason() {
      return reason;
    }
  }

  private final BackboneRuntime runtime;
  private final ModuleSelection selection;
  private final List<ModuleSource.Lease> leases = new ArrayList<>();
  private final Optional<ModuleManifest.Language> language;
  private final Optional<ModuleManifest.Alignment> alignment;
  private final Optional<SentenceTokenizer> ownTokenizer;
  private final ReferenceCount references = new ReferenceCount(this::close);
  private @Nullable LoadedModules loaded;
  private boolean closed;

  private ServedLanguage(BackboneRuntime runtime, ModuleSelection selection, ModuleSource source)
      throws ModuleFault {
    this.runtime = runtime;
    this.selection = selection;
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      Optional<ModuleFiles> languageFiles = open(selection.languageModule(), source, opened);
      Optional<ModuleFiles> alignmentFiles = open(selection.alignmentModule(), source, opened);
      this.language = languageFiles.map(f -> (ModuleManifest.Language) f.manifest());
      this.alignment = alignmentFiles.map(f -> (ModuleManifest.Alignment) f.manifest());
      this.ownTokenizer = openTokenizer(languageFiles);
      // What is loaded owns the files, even if loading fails.
      opened.clear();
      ownTokenizer.ifPresent(opened::add);
      try {
        this.loaded = LoadedModules.load(runtime, languageFiles, alignmentFiles);
      } catch (IsoglossException e) {
        throw fault(selection.alignmentModule().or(selection::languageModule).orElseThrow(), e);
      }
    } catch (ModuleFault | RuntimeException | Error e) {
      BackboneRuntime.closeAll(opened);
      leases.forEach(ModuleSource.Lease::close);
      throw e;
    }
  }

  /**
   * Opens, checks and loads the modules of a selection, which has at least one. The caller is its
   * first user.
   */
  static ServedLanguage open(
      BackboneRuntime runtime, ModuleSelection selection, ModuleSource source) throws ModuleFault {
    ServedLanguage served = new ServedLanguage(runtime, selection, source);
    served.runtime.moduleMemory().used(served, served.loadedBytes());
    return served;
  }

  ModuleSelection selection() {
    return selection;
  }

  Optional<ModuleManifest.Language> language() {
    return language;
  }

  Optional<ModuleManifest.Alignment> alignment() {
    return alignment;
  }

  /** Its own tokenizer; else the backbone's serves. */
  Optional<SentenceTokenizer> ownTokenizer() {
    return ownTokenizer;
  }

  /** What text goes through before any tokenizer. */
  Optional<Transliteration> transliteration() {
    return language.flatMap(ModuleManifest.Language::transliteration);
  }

  /** What {@link org.isogloss.encoder.encode.TokenizedSentence#tokenizer} says of its tokens. */
  Optional<Digest> tokenizerDigest() {
    return ownTokenizer.isPresent() || transliteration().isPresent()
        ? selection.languageModule().map(ModuleReference::digest)
        : Optional.empty();
  }

  boolean tryAcquire() {
    return references.tryAcquire();
  }

  void release() {
    references.release();
  }

  /**
   * The tensors, brought back into memory if they had to leave; the caller releases them.
   *
   * @throws IsoglossException if they cannot come back
   */
  LoadedModules acquireModules() {
    LoadedModules modules;
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException("closed: " + selection);
      }
      modules = loaded;
      if (modules == null) {
        modules = LoadedModules.load(runtime, reopen(0), reopenAlignment());
        loaded = modules;
      }
      if (!modules.tryAcquire()) {
        throw new IllegalStateException("what is loaded is held: " + selection);
      }
    }
    runtime.moduleMemory().used(this, modules.bytes());
    return modules;
  }

  /**
   * What its modules do to a pooled vector, if they do nothing before it.
   *
   * @throws IsoglossException if their files cannot be read again
   */
  Optional<AfterPooling> afterPooling(Map<View, Provenance> provenance) {
    if (!AfterPooling.suffices(language, alignment)) {
      return Optional.empty();
    }
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      Optional<ModuleFiles> languageFiles = reopen(0);
      languageFiles.ifPresent(opened::add);
      Optional<ModuleFiles> alignmentFiles = reopenAlignment();
      alignmentFiles.ifPresent(opened::add);
      return Optional.of(AfterPooling.read(languageFiles, alignmentFiles, provenance));
    } finally {
      BackboneRuntime.closeAll(opened);
    }
  }

  /** Lets the tensors leave memory when their last user returns. */
  synchronized void unload() {
    if (loaded != null) {
      loaded.release();
      loaded = null;
    }
  }

  private synchronized long loadedBytes() {
    return loaded == null ? 0 : loaded.bytes();
  }

  private void close() {
    runtime.moduleMemory().forget(this);
    synchronized (this) {
      closed = true;
      unload();
    }
    // The memory may have noted a use between forgetting and closing.
    runtime.moduleMemory().forget(this);
    ownTokenizer.ifPresent(SentenceTokenizer::close);
    leases.forEach(ModuleSource.Lease::close);
  }

  private Optional<ModuleFiles> reopen(int lease) {
    return selection.languageModule().isEmpty()
        ? Optional.empty()
        : Optional.of(openFiles(leases.get(lease)));
  }

  private Optional<ModuleFiles> reopenAlignment() {
    return selection.alignmentModule().isEmpty()
        ? Optional.empty()
        : Optional.of(openFiles(leases.getLast()));
  }

  private ModuleFiles openFiles(ModuleSource.Lease lease) {
    Backbone backbone = runtime.backbone();
    return ModuleFiles.open(
        lease.directory(),
        backbone.config(),
        backbone.digest(),
        runtime.options().layers(),
        runtime.options().pooling());
  }

  private Optional<ModuleFiles> open(
      Optional<ModuleReference> module, ModuleSource source, List<AutoCloseable> opened)
      throws ModuleFault {
    if (module.isEmpty()) {
      return Optional.empty();
    }
    ModuleReference reference = module.get();
    try {
      ModuleSource.Lease lease = source.open(reference);
      leases.add(lease);
      ModuleFiles files = openFiles(lease);
      opened.add(files);
      if (files.manifest().kind() != reference.kind()
          || !files.manifest().language().equals(reference.language())) {
        throw new ModuleFault(
            reference,
            ErrorCode.BAD_MODULE,
            "its manifest is that of %s/%s"
                .formatted(files.manifest().kind().label(), files.manifest().language()));
      }
      return Optional.of(files);
    } catch (IsoglossException e) {
      throw fault(reference, e);
    }
  }

  private Optional<SentenceTokenizer> openTokenizer(Optional<ModuleFiles> languageFiles)
      throws ModuleFault {
    Optional<Path> file = languageFiles.flatMap(ModuleFiles::tokenizer);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    ModuleReference reference = selection.languageModule().orElseThrow();
    try {
      int pieces = language.flatMap(ModuleManifest.Language::pieces).orElseThrow();
      SentenceTokenizer tokenizer = new TokenizerSource.TokenizerJson(file.get()).open();
      if (tokenizer.vocabularySize() > pieces) {
        int greatest = tokenizer.vocabularySize() - 1;
        tokenizer.close();
        throw new ModuleFault(
            reference,
            ErrorCode.BAD_MODULE,
            "its tokenizer gives ids up to %d, but its table has %d rows"
                .formatted(greatest, pieces));
      }
      return Optional.of(tokenizer);
    } catch (IsoglossException e) {
      throw fault(reference, e);
    }
  }

  private static ModuleFault fault(ModuleReference module, IsoglossException e) {
    return new ModuleFault(module, e.code(), e.reason());
  }
}
