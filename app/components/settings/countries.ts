/** ISO 3166-1 alpha-2, lower case. */
const codes =
  "ad ae af ag ai al am ao ar at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et fi fj fk fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gw gy hk hn hr ht hu id ie il im in io iq is it je jm jo jp ke kg kh ki km kn kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mk ml mm mn mo mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn ps pt py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug um us uy uz va vc ve vg vn vu wf ws xk ye yt za zm zw".split(
    " ",
  );

/** Every country as the choice of a select, by its name in the merchant's language. */
export function countryOptions(locale: string): { value: string; label: string }[] {
  const names = new Intl.DisplayNames(locale, { type: "region" });
  return codes
    .map((code) => ({ value: code, label: names.of(code.toUpperCase()) ?? code }))
    .sort((a, b) => a.label.localeCompare(b.label, locale));
}
