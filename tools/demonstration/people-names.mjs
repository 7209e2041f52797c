import { weighted } from './random.mjs';

/** Family names with their share of the population in hundredths of a per cent: the hundred most frequent and some compound ones. */
export const familyNames = weighted(
  tableOf(`
    王715 李700 张670 刘510 陈460 杨320 黄230 赵220 吴205 周200 徐150 孙150 马130 朱125 胡120 郭118 何115 林112
    高105 罗100 郑92 梁90 谢82 宋80 唐75 许72 韩70 邓66 冯65 曹63 彭62 曾60 肖58 田56 董54 潘53 袁52 蔡51 蒋50
    余49 于48 杜47 叶46 程46 魏45 苏44 吕44 丁43 任42 卢41 姚40 沈40 钟39 姜38 崔37 谭36 陆36 范35 汪34 廖34 石33
    金33 韦32 贾31 夏31 付30 方30 邹29 熊29 白28 孟27 秦27 邱26 侯26 江26 尹25 薛25 闫24 段23 雷23 龙22 黎22 史22
    陶21 贺21 毛21 郝20 顾20 龚20 邵19 万19 覃19 武19 钱18 戴18 严18 莫17 孔17 向17 汤16 欧阳7 司徒2 上官2 诸葛1
    夏侯1 皇甫1`),
);

/** Given names by sex and by when their bearers were born; whole names first, then characters that make them. */
const givenNames = {
  male: {
    old: namesOf(
      '建国30 建军28 建华26 志强25 国强24 永强18 志明18 国庆15 建平15 卫东15 卫国14 德明12 文军12 志勇12 建民11 学军11 红军10 国平10 金水8 福生8 根生7 水生7 大海6 春生6',
      '国志建文德明永金春华福祥荣根生贵林平',
      '军强明华平林生荣成发才福海山清忠良义',
    ),
    middle: namesOf(
      '伟40 勇32 军30 强30 磊28 涛26 波24 斌22 辉20 刚20 鹏18 杰18 峰17 超16 亮15 明14 毅10 健10 飞9 龙8 志刚12 志伟12 海涛10 晓东10 建伟9 文斌8 国栋7',
      '志文海晓建俊国伟永家新立宏振少庆光',
      '伟东辉波涛斌刚强明锋平军华林杰峰勇文',
    ),
    young: namesOf(
      '浩22 鑫20 宇18 俊杰18 浩然15 子豪12 宇航12 志豪10 嘉豪9 天宇9 俊豪8 晨8 博文8 泽宇8 文博7 宇轩6 梓豪5 俊熙4',
      '浩子宇俊嘉天梓泽博文晨家一明思睿承',
      '然豪航轩宇涵杰辰阳洋凯翔铭睿霖泽远',
    ),
  },
  female: {
    old: namesOf(
      '秀英28 桂英25 秀兰24 玉兰23 桂兰21 玉梅19 秀珍18 凤英17 玉珍16 淑芬15 淑珍14 桂花13 金凤12 春花11 月英11 翠英10 惠芳10 秀梅10',
      '秀桂玉淑凤金翠月惠春素美彩爱',
      '英兰珍梅芳华莲琴芬花香云娥珠',
    ),
    middle: namesOf(
      '芳34 丽32 敏30 静30 艳26 娟24 霞22 燕20 玲20 红18 萍16 娜15 洁13 莉12 琳11 慧11 丽娟12 海燕12 晓燕11 丽华10 春燕9 小红8 雪梅8 晓丽7 红梅7',
      '丽晓海春雪小文美秀红玉艳慧冬爱金淑',
      '芳娟燕丽华梅霞玲敏红英萍琴云莉娜琼',
    ),
    young: namesOf(
      '婷22 雪18 欣怡16 佳怡15 梦婷12 雨欣12 思琪11 诗涵10 雅婷10 佳琪9 子涵9 梦瑶8 雨婷8 晓彤7 静怡7 语嫣5 可欣5',
      '梦雨佳欣思诗雅子晓静语可嘉心紫若依',
      '婷怡欣琪涵瑶彤萱妍雯蕾悦颖媛琳诺菲',
    ),
  },
};

/**
 * A given name as parents of that time gave it.
 *
 * @param {'male' | 'female'} sex
 */
export function drawGivenName(random, sex, birthYear) {
  const pool = givenNames[sex][birthYear < 1970 ? 'old' : birthYear < 1992 ? 'middle' : 'young'];
  if (random.perMille(350)) return random.draw(pool.whole);
  return random.pick(pool.firsts) + random.pick(pool.seconds);
}

function namesOf(whole, firsts, seconds) {
  return { whole: weighted(tableOf(whole)), firsts: [...firsts], seconds: [...seconds] };
}

function tableOf(text) {
  return [...text.matchAll(/(\p{Script=Han}+)(\d+)/gu)].map(([, name, weight]) => [name, Number(weight)]);
}
