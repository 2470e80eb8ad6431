package org.isogloss.streams.identify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.isogloss.streams.identify.Identification.Identified;
import org.isogloss.streams.identify.Identification.Unidentified;
import org.junit.jupiter.api.Test;

class ScriptAndModelIdentifierTest {
  private static final ScriptAndModelIdentifier IDENTIFIER =
      ScriptAndModelIdentifier.load(ScriptAndModelIdentifier.DEFAULT_LANGUAGES);

  /** Written for this test. */
  private static final String[][] SENTENCES = {
    {"am", "ዛሬ ጠዋት ወደ ገበያ ሄጄ ዳቦ ገዛሁ።"},
    {"am", "ልጆቹ በትምህርት ቤቱ ግቢ ውስጥ ኳስ ይጫወታሉ።"},
    {"ar", "ذهبت إلى السوق صباح اليوم واشتريت الخبز."},
    {"ar", "يلعب الأطفال بالكرة في ساحة المدرسة كل مساء."},
    {"az", "Bu səhər bazara getdim və təzə çörək aldım."},
    {"az", "Uşaqlar hər axşam məktəbin həyətində top oynayırlar."},
    {"cs", "Dnes ráno jsem šel na trh a koupil čerstvý chléb."},
    {"cs", "Děti si každý večer hrají s míčem na školním dvoře."},
    {"de", "Heute Morgen bin ich auf den Markt gegangen und habe Brot gekauft."},
    {"de", "Die Kinder spielen jeden Abend auf dem Schulhof Ball."},
    {"en", "This morning I went to the market and bought some bread."},
    {"en", "The children play with a ball in the school yard every evening."},
    {"es", "Esta mañana fui al mercado y compré pan recién hecho."},
    {"es", "Los niños juegan a la pelota en el patio de la escuela."},
    {"fr", "Ce matin, je suis allé au marché et j'ai acheté du pain."},
    {"fr", "Les enfants jouent au ballon dans la cour de l'école."},
    {"ha", "Yau da safe na je kasuwa kuma na sayi burodi."},
    {"ha", "Yara suna wasa da ƙwallo a cikin makaranta kowace yamma."},
    {"hi", "आज सुबह मैं बाज़ार गया और ताज़ी रोटी खरीदी।"},
    {"hi", "बच्चे हर शाम स्कूल के मैदान में गेंद से खेलते हैं।"},
    {"it", "Stamattina sono andato al mercato e ho comprato il pane."},
    {"it", "I bambini giocano a palla nel cortile della scuola."},
    {"ja", "今朝、市場へ行ってパンを買いました。"},
    {"ja", "子どもたちは毎晩校庭でボール遊びをします。"},
    {"kk", "Бүгін таңертең мен базарға барып, нан сатып алдым."},
    {"kk", "Балалар күн сайын кешке мектеп ауласында доп ойнайды."},
    {"ko", "오늘 아침에 시장에 가서 빵을 샀습니다."},
    {"ko", "아이들은 저녁마다 학교 운동장에서 공놀이를 합니다."},
    {"ky", "Бүгүн эртең менен мен базарга барып, нан сатып алдым."},
    {"ky", "Балдар ар күнү кечинде мектептин короосунда топ ойношот."},
    {"mr", "आज सकाळी मी बाजारात गेलो आणि ताजी भाकरी विकत घेतली."},
    {"mr", "मुले रोज संध्याकाळी शाळेच्या मैदानात चेंडू खेळतात."},
    {"nl", "Vanochtend ben ik naar de markt gegaan en heb brood gekocht."},
    {"nl", "De kinderen spelen elke avond met een bal op het schoolplein."},
    {"pl", "Dziś rano poszedłem na targ i kupiłem świeży chleb."},
    {"pl", "Dzieci co wieczór grają w piłkę na szkolnym podwórku."},
    {"pt", "Esta manhã fui ao mercado e comprei pão fresco."},
    {"pt", "As crianças brincam com a bola no pátio da escola."},
    {"ru", "Сегодня утром я пошёл на рынок и купил свежий хлеб."},
    {"ru", "Дети каждый вечер играют в мяч на школьном дворе."},
    {"rw", "Uyu munsi mu gitondo nagiye ku isoko ngura umugati."},
    {"rw", "Abana bakina umupira mu kibuga cy'ishuri buri mugoroba."},
    {"te", "ఈ ఉదయం నేను మార్కెట్‌కు వెళ్లి రొట్టె కొన్నాను."},
    {"te", "పిల్లలు ప్రతి సాయంత్రం పాఠశాల ఆవరణలో బంతి ఆడతారు."},
    {"tr", "Bu sabah pazara gittim ve taze ekmek aldım."},
    {"tr", "Çocuklar her akşam okulun bahçesinde top oynuyor."},
    {"ug", "بۈگۈن ئەتىگەن مەن بازارغا بېرىپ نان سېتىۋالدىم."},
    {"ug", "بالىلار ھەر كۈنى كەچتە مەكتەپ مەيدانىدا توپ ئوينايدۇ."},
    {"uz", "Bugun ertalab men bozorga borib, yangi non sotib oldim."},
    {"uz", "Bolalar har oqshom maktab hovlisida to'p o'ynashadi."},
    {"zh", "今天早上我去市场买了面包。"},
    {"zh", "孩子们每天晚上在学校操场上玩球。"},
  };

  @Test
  void sentencesOfEveryLanguageAreIdentified() {
    List<String> wrong = new ArrayList<>();
    List<String> unidentified = new ArrayList<>();
    for (String[] each : SENTENCES) {
      note(each[0], each[1], wrong, unidentified);
    }
    assertThat(wrong).isEmpty();
    assertThat(unidentified).hasSizeLessThanOrEqualTo(SENTENCES.length / 20);
  }

  @Test
  void theSampleCorpusIsIdentifiedWithFewErrors() throws IOException {
    List<String> wrong = new ArrayList<>();
    List<String> unidentified = new ArrayList<>();
    int all = 0;
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                ScriptAndModelIdentifier.class.getResourceAsStream(
                    "/org/isogloss/streams/sample/unpaired.tsv"),
                StandardCharsets.UTF_8))) {
      in.readLine();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] columns = line.split("\t", 2);
        note(columns[0], columns[1], wrong, unidentified);
        all++;
      }
    }
    System.out.println(all + " sentences, wrong " + wrong + ", unidentified " + unidentified);
    assertThat(wrong.size()).as("wrong: %s", wrong).isLessThanOrEqualTo(all / 50);
    assertThat(unidentified.size())
        .as("unidentified: %s", unidentified)
        .isLessThanOrEqualTo(all / 10);
  }

  @Test
  void whatHasNoClearLanguageStaysUnidentified() {
    for (String text : List.of("12345 67890", "🙂🙂🙂", "ok", "—", "a", "ШШ", "x дом 家 집 בית")) {
      assertThat(IDENTIFIER.identify(text)).as(text).isInstanceOf(Unidentified.class);
    }
  }

  @Test
  void languagesOutsideTheSetAreNotMistakenForThoseInside() {
    ScriptAndModelIdentifier few = ScriptAndModelIdentifier.load(Set.of("en", "ru", "ar", "hi"));
    for (String[] each : SENTENCES) {
      switch (few.identify(each[1])) {
        case Identified found -> assertThat(found.language()).as(each[1]).isEqualTo(each[0]);
        case Unidentified none ->
            assertThat(Set.of("en", "ru", "ar", "hi")).doesNotContain(each[0]);
      }
    }
  }

  @Test
  void uzbekIsIdentifiedInEitherScript() {
    for (String text :
        List.of(
            "Bolalar har oqshom maktab hovlisida to'p o'ynashadi.",
            "Болалар ҳар оқшом мактаб ҳовлисида тўп ўйнашади.",
            "Бугун эрталаб мен бозорга бориб, янги нон сотиб олдим.")) {
      assertThat(IDENTIFIER.identify(text))
          .as(text)
          .isInstanceOfSatisfying(
              Identified.class, it -> assertThat(it.language()).isEqualTo("uz"));
    }
  }

  @Test
  void relativesOfLanguagesOfTheSetAreNotTakenForThem() {
    List<String> taken = new ArrayList<>();
    for (String text :
        List.of(
            "Діти щовечора грають у м'яч на шкільному подвір'ї.", // Ukrainian
            "Barnen leker med en boll på skolgården varje kväll.", // Swedish
            "Børnene leger med en bold i skolegården hver aften.", // Danish
            "بچه‌ها هر شب در حیاط مدرسه با توپ بازی می‌کنند.", // Persian
            "بچے ہر شام اسکول کے میدان میں گیند سے کھیلتے ہیں۔", // Urdu
            "Watoto wanacheza mpira katika uwanja wa shule kila jioni.", // Swahili
            "Deti sa každý večer hrajú s loptou na školskom dvore.", // Slovak
            "Copiii se joacă cu mingea în curtea școlii în fiecare seară.", // Romanian
            "Els nens juguen a pilota al pati de l'escola cada vespre.", // Catalan
            "A gyerekek minden este labdáznak az iskola udvarán.", // Hungarian
            "Trẻ em chơi bóng trong sân trường mỗi buổi tối.")) { // Vietnamese
      if (IDENTIFIER.identify(text) instanceof Identified found) {
        taken.add(found + ": " + text);
      }
    }
    assertThat(taken).isEmpty();
  }

  @Test
  void aVeryLongTextIsIdentifiedFromItsBeginning() {
    String text = "The children play with a ball in the school yard. ".repeat(5_000);
    assertThat(IDENTIFIER.identify(text))
        .isInstanceOfSatisfying(Identified.class, it -> assertThat(it.language()).isEqualTo("en"));
  }

  private static void note(
      String language, String text, List<String> wrong, List<String> unidentified) {
    switch (IDENTIFIER.identify(text)) {
      case Identified found when found.language().equals(language) -> {}
      case Identified found -> wrong.add(language + " as " + found + ": " + text);
      case Unidentified none -> unidentified.add(language + " " + none.reason() + ": " + text);
    }
  }
}
