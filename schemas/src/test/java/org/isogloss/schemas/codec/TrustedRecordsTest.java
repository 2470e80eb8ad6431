package org.isogloss.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.avro.util.ClassSecurityValidator;
import org.isogloss.schemas.record.Sentence;
import org.junit.jupiter.api.Test;

class TrustedRecordsTest {

  @Test
  void aRecordOfOursIsReadBackAndAForeignClassStaysForbidden() {
    AvroCodec<Sentence> codec = AvroCodec.of(Sentence.class);
    Sentence sentence =
        Sentence.newBuilder().setId("a").setText("Guten Tag.").setLanguage("de").build();
    assertThat(codec.decode(codec.encode(sentence))).isEqualTo(sentence);
    assertThatThrownBy(() -> ClassSecurityValidator.validate(ProcessBuilder.class))
        .isInstanceOf(SecurityException.class);
  }
}
