/**
 * ISO 3166-1, the officially assigned codes: alpha-2 followed by alpha-3. The list changes once in
 * years; a package of it brings the names of all countries in all languages along.
 * https://www.iso.org/obp/ui/#search/code
 */
const officialCodes =
  "ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT AUAUS AWABW AXALA AZAZE BABIH BBBRB BDBGD BEBEL BFBFA BGBGR BHBHR BIBDI BJBEN BLBLM BMBMU BNBRN BOBOL BQBES BRBRA BSBHS BTBTN BVBVT BWBWA BYBLR BZBLZ CACAN CCCCK CDCOD CFCAF CGCOG CHCHE CICIV CKCOK CLCHL CMCMR CNCHN COCOL CRCRI CUCUB CVCPV CWCUW CXCXR CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA DODOM DZDZA ECECU EEEST EGEGY EHESH ERERI ESESP ETETH FIFIN FJFJI FKFLK FMFSM FOFRO FRFRA GAGAB GBGBR GDGRD GEGEO GFGUF GGGGY GHGHA GIGIB GLGRL GMGMB GNGIN GPGLP GQGNQ GRGRC GSSGS GTGTM GUGUM GWGNB GYGUY HKHKG HMHMD HNHND HRHRV HTHTI HUHUN IDIDN IEIRL ILISR IMIMN ININD IOIOT IQIRQ IRIRN ISISL ITITA JEJEY JMJAM JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM KNKNA KPPRK KRKOR KWKWT KYCYM KZKAZ LALAO LBLBN LCLCA LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA LYLBY MAMAR MCMCO MDMDA MEMNE MFMAF MGMDG MHMHL MKMKD MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ MRMRT MSMSR MTMLT MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ NANAM NCNCL NENER NFNFK NGNGA NINIC NLNLD NONOR NPNPL NRNRU NUNIU NZNZL OMOMN PAPAN PEPER PFPYF PGPNG PHPHL PKPAK PLPOL PMSPM PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT REREU ROROU RSSRB RURUS RWRWA SASAU SBSLB SCSYC SDSDN SESWE SGSGP SHSHN SISVN SJSJM SKSVK SLSLE SMSMR SNSEN SOSOM SRSUR SSSSD STSTP SVSLV SXSXM SYSYR SZSWZ TCTCA TDTCD TFATF TGTGO THTHA TJTJK TKTKL TLTLS TMTKM TNTUN TOTON TRTUR TTTTO TVTUV TWTWN TZTZA UAUKR UGUGA UMUMI USUSA UYURY UZUZB VAVAT VCVCT VEVEN VGVGB VIVIR VNVNM VUVUT WFWLF WSWSM YEYEM YTMYT ZAZAF ZMZMB ZWZWE".split(
    " ",
  );

const official = new Set(officialCodes.map((code) => code.slice(0, 2)));

/**
 * Codes that are not assigned, and the one country that they certainly mean: reserved codes that are
 * in use (UK, EL, FX; Ascension and Tristan da Cunha, which belong to SH), and former codes of
 * countries that only changed their name or code. Former countries that broke apart (AN, SU, YU, CS)
 * mean no single one. Kosovo's XK is user-assigned and Shopify's ZZ means "unknown": neither is a
 * code of ISO 3166-1.
 */
const meant = new Map([
  ...officialCodes.map((code) => [code.slice(2), code.slice(0, 2)] as const),
  ...([
    ["UK", "GB"],
    ["EL", "GR"],
    ["FX", "FR"],
    ["AC", "SH"],
    ["TA", "SH"],
    ["BU", "MM"],
    ["DD", "DE"],
    ["TP", "TL"],
    ["ZR", "CD"],
    ["ROM", "RO"],
    ["ZAR", "CD"],
    ["TMP", "TL"],
  ] as const),
]);

/** Every country as ISO 3166-1 alpha-2 in lower case, by code. */
export const countryCodes: readonly string[] = [...official].map((code) => code.toLowerCase());

/**
 * The officially assigned ISO 3166-1 alpha-2 code, in lower case as the feed wants it, that a code
 * from outside means; null where that is not certain.
 */
export function officialCountry(code: string | null): string | null {
  const upper = code?.trim().toUpperCase() ?? "";
  const found = official.has(upper) ? upper : meant.get(upper);
  return found?.toLowerCase() ?? null;
}
