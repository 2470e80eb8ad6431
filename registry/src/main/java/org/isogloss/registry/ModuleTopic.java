package org.isogloss.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.isogloss.encoder.module.Manifests;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleKind;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.registry.ModuleLedger.Change;
import org.isogloss.registry.ModuleLedger.Refused;
import org.isogloss.registry.ModuleLedger.Version;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.UndecodableRecordException;
import org.isogloss.schemas.codec.UnknownSchemaException;
import org.isogloss.schemas.codec.WriterSchemas;
import org.isogloss.schemas.record.ActiveSet;
import org.isogloss.schemas.record.ModuleAnnouncement;
import org.isogloss.schemas.record.ModuleRetirement;
import org.isogloss.schemas.record.ModuleVersion;
import org.isogloss.schemas.topic.Topics;

/**
 * The records of {@code isogloss.modules} and their keys: {@code manifest/<kind>/<language>@<n>},
 * {@code active/<language>}, {@code retired/<kind>/<language>@<n>}. Immutable.
 */
public final class ModuleTopic {
  private static final String ANNOUNCEMENT = "manifest/";
  private static final String ACTIVE = "active/";
  private static final String RETIREMENT = "retired/";

  private final AvroCodec<ModuleAnnouncement> announcements;
  private final AvroCodec<ActiveSet> activeSets;
  private final AvroCodec<ModuleRetirement> retirements;

  /**
   * @param schemas of the writers whose records are read
   */
  public ModuleTopic(WriterSchemas schemas) {
    announcements = AvroCodec.of(ModuleAnnouncement.class, schemas);
    activeSets = AvroCodec.of(ActiveSet.class, schemas);
    retirements = AvroCodec.of(ModuleRetirement.class, schemas);
  }

  /** The record that announces a version. */
  public ProducerRecord<byte[], byte[]> announcement(Version version, String actor) {
    ModuleReference reference = version.reference();
    return record(
        ANNOUNCEMENT + reference.name(),
        announcements.encode(
            ModuleAnnouncement.newBuilder()
                .setKind(org.isogloss.schemas.record.ModuleKind.valueOf(reference.kind().name()))
                .setLanguage(reference.language())
                .setNumber(reference.number())
                .setDigest(reference.digest().hex())
                .setBytes(version.bytes())
                .setManifest(Manifests.write(version.manifest()))
                .setTimeMillis(version.timeMillis())
                .setActor(actor)
                .setEvaluation(version.evaluation())
                .build()));
  }

  ProducerRecord<byte[], byte[]> activation(
      ModuleSelection selection, ModuleSelection before, Mark mark) {
    return record(
        ACTIVE + selection.language(),
        activeSets.encode(
            ActiveSet.newBuilder()
                .setLanguage(selection.language())
                .setLanguageModule(
                    selection.languageModule().map(ModuleTopic::version).orElse(null))
                .setAlignmentModule(
                    selection.alignmentModule().map(ModuleTopic::version).orElse(null))
                .setPreviousLanguageModule(
                    before.languageModule().map(ModuleTopic::version).orElse(null))
                .setPreviousAlignmentModule(
                    before.alignmentModule().map(ModuleTopic::version).orElse(null))
                .setTimeMillis(mark.timeMillis())
                .setActor(mark.actor())
                .setReason(mark.reason())
                .build()));
  }

  ProducerRecord<byte[], byte[]> retirement(String name, Mark mark) {
    return record(
        RETIREMENT + name,
        retirements.encode(
            ModuleRetirement.newBuilder()
                .setName(name)
                .setTimeMillis(mark.timeMillis())
                .setActor(mark.actor())
                .setReason(mark.reason())
                .build()));
  }

  /** Brings a record of the topic into a ledger. A record that makes no sense is refused. */
  public List<Change> apply(ModuleLedger ledger, ConsumerRecord<byte[], byte[]> record) {
    String key = record.key() == null ? "" : new String(record.key(), UTF_8);
    if (record.value() == null) {
      return deleted(ledger, key);
    }
    try {
      if (key.startsWith(ANNOUNCEMENT)) {
        ModuleAnnouncement announcement = announcements.decode(record.value());
        Version version = version(announcement);
        requireKey(key, ANNOUNCEMENT + version.reference().name());
        return ledger.announce(version);
      }
      if (key.startsWith(ACTIVE)) {
        ActiveSet active = activeSets.decode(record.value());
        requireKey(key, ACTIVE + active.getLanguage());
        return ledger.activate(
            selection(
                active.getLanguage(), active.getLanguageModule(), active.getAlignmentModule()),
            Optional.of(
                selection(
                    active.getLanguage(),
                    active.getPreviousLanguageModule(),
                    active.getPreviousAlignmentModule())));
      }
      if (key.startsWith(RETIREMENT)) {
        ModuleRetirement retirement = retirements.decode(record.value());
        requireKey(key, RETIREMENT + retirement.getName());
        return ledger.retire(retirement.getName(), retirement.getReason());
      }
      return refused(key, ErrorCode.INCONSISTENT_RECORD, "no key of this topic");
    } catch (UndecodableRecordException e) {
      return refused(key, ErrorCode.UNDECODABLE_RECORD, String.valueOf(e.getMessage()));
    } catch (UnknownSchemaException e) {
      return refused(key, ErrorCode.UNKNOWN_SCHEMA, String.valueOf(e.getMessage()));
    } catch (IsoglossException e) {
      return refused(key, e.code(), e.reason());
    } catch (IllegalArgumentException e) {
      return refused(key, ErrorCode.INCONSISTENT_RECORD, String.valueOf(e.getMessage()));
    }
  }

  /** What compaction will make of the topic holds from now on. */
  private static List<Change> deleted(ModuleLedger ledger, String key) {
    if (key.startsWith(ANNOUNCEMENT)) {
      return ledger.withdraw(key.substring(ANNOUNCEMENT.length()));
    }
    if (key.startsWith(ACTIVE)) {
      return ledger.deactivate(key.substring(ACTIVE.length()));
    }
    return key.startsWith(RETIREMENT)
        ? ledger.reinstate(key.substring(RETIREMENT.length()))
        : refused(key, ErrorCode.NULL_VALUE, "no key of this topic");
  }

  private static List<Change> refused(String key, ErrorCode code, String reason) {
    return List.of(new Refused(key, code, reason));
  }

  private static void requireKey(String key, String expected) {
    if (!key.equals(expected)) {
      throw new IllegalArgumentException("the key is %s, the record's %s".formatted(key, expected));
    }
  }

  private static Version version(ModuleAnnouncement announcement) {
    ModuleReference reference =
        new ModuleReference(
            ModuleKind.valueOf(announcement.getKind().name()),
            announcement.getLanguage(),
            announcement.getNumber(),
            new Digest(announcement.getDigest()));
    ModuleManifest manifest = Manifests.read(announcement.getManifest(), reference.name());
    return new Version(
        reference,
        manifest,
        announcement.getBytes(),
        announcement.getTimeMillis(),
        announcement.getEvaluation());
  }

  private static ModuleSelection selection(
      String language, Optional<ModuleVersion> module, Optional<ModuleVersion> alignment) {
    return new ModuleSelection(
        language, module.map(ModuleTopic::reference), alignment.map(ModuleTopic::reference));
  }

  private static ModuleReference reference(ModuleVersion version) {
    return ModuleReference.parse(version.getName(), new Digest(version.getDigest()))
        .orElseThrow(
            () -> new IllegalArgumentException("no name of a module: " + version.getName()));
  }

  private static ModuleVersion version(ModuleReference module) {
    return new ModuleVersion(module.name(), module.digest().hex());
  }

  private static ProducerRecord<byte[], byte[]> record(String key, byte[] value) {
    return new ProducerRecord<>(Topics.MODULES, 0, key.getBytes(UTF_8), value);
  }
}
