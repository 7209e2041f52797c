import { departments } from './place-names.mjs';
import { randomOf, weighted } from './random.mjs';

/** What happens in the county, in words and figures. */

const questionSet = {
  id: 'department-evaluation',
  version: 1,
  questionZh: '您对该部门执法与服务工作的评价是？',
  questionEn: "How do you rate this department's law enforcement and service?",
};

export const campaigns = {
  district: {
    titleZh: '青岚区职工评议市直部门执法与服务（演示）',
    titleEn: 'Qinglan District: members rate municipal departments (demonstration)',
    targets: codesOf(2, 5, 6, 9, 11, 12, 13, 18, 20, 23, 25, 26),
    poolPoints: 500_000,
    turnoutPerMille: 660,
    /** In per mille of the grades; what is not named passes well. */
    passing: { 'YS-B12': 730, 'YS-B13': 700, 'YS-B23': 770, 'YS-B26': 660 },
  },
  town: {
    titleZh: '镇级职工评议市直部门窗口服务（演示）',
    titleEn: "A town: members rate the departments' counters (demonstration)",
    targets: codesOf(2, 5, 9, 11, 13, 18, 25, 26),
    poolPoints: 100_000,
    turnoutPerMille: 690,
    passing: { 'YS-B09': 690, 'YS-B25': 720 },
  },
  county: {
    titleZh: '全市职工评议26个市直部门执法工作（演示）',
    titleEn: 'All members rate the law enforcement of 26 municipal departments (demonstration)',
    targets: departments.map((_, place) => codesOf(place + 1)[0]),
    // 900,000 yuan at 100 points a yuan.
    poolPoints: 90_000_000,
    passing: { 'YS-B12': 840, 'YS-B26': 820 },
  },
};

/** What opens a campaign, without ids and times. */
export function termsOf({ titleZh, titleEn, poolPoints }) {
  return { titleZh, titleEn, questionSet, reward: { poolPoints } };
}

const passes = weighted([
  [1, 46],
  [2, 36],
  [3, 18],
]);
const fails = weighted([
  [4, 68],
  [5, 32],
]);
const dontKnow = 6;
const none = 0;

/** How one voter answers: 0 none, 1 to 5, 6 don't know; the same for the same voter and campaign. */
export function answersOf(seed, campaignName, memberNumber) {
  const { targets, passing } = campaigns[campaignName];
  const random = randomOf(seed, 'ballot', campaignName, memberNumber);
  return targets.map((code) => {
    if (random.perMille(70)) return dontKnow;
    if (random.perMille(25)) return none;
    return random.draw(random.perMille(passing[code] ?? 945) ? passes : fails);
  });
}

/** Who owes what after the district's campaign, and how far they come. */
export const rectifications = [
  {
    code: 'YS-B26',
    upTo: 'PUBLISHED',
    plan: '一、设立职工意见接收专窗，工作日不间断受理；二、执法人员亮证亮身份，全程记录；三、每周公开办结清单。',
    evidence: ['专窗已于上月启用，首周受理27件，办结26件。', '执法记录仪配齐，抽查30次，程序规范29次。'],
    result: '专窗常设，一个月受理118件，按期办结116件；轻微违法首次不罚清单已公布。',
  },
  {
    code: 'YS-B23',
    upTo: 'AWAITING_PUBLICATION',
    plan: '一、压缩企业开办与年报指导时限；二、投诉举报五个工作日内答复；三、对窗口人员开展业务培训。',
    evidence: ['投诉答复平均用时由7.2个工作日降至3.9个工作日。'],
    result: '企业开办一日办结率达到96%，投诉举报按期答复率达到99%。',
  },
  {
    code: 'YS-B12',
    upTo: 'IN_PROGRESS',
    plan: '一、公租房申请实行一窗受理；二、欠薪工地每半月联合巡查；三、公开办事流程与时限。',
    evidence: ['首次联合巡查已完成，发现问题11处，整改9处。'],
  },
  // The Transport Bureau (YS-B13) files nothing: its plan becomes overdue and is escalated.
];

export const ratings = weighted([
  [1, 34],
  [2, 40],
  [3, 18],
  [4, 6],
  [5, 2],
]);

export const ratingComments = [
  '窗口确实方便多了',
  '希望周末也能办理',
  '答复比以前快',
  '还要再看一段时间',
  '态度有改善',
];

export const visitKinds = ['COMPANIONSHIP', 'HOUSEKEEPING', 'MEDICAL_ESCORT', 'ERRAND', 'REPAIR'];

export const visitNotes = ['陪同散步聊天', '打扫房间、洗窗帘', '陪同到医院复诊', '代买药品和日用品', '修理水龙头'];

export const offers = [
  {
    merchantNameZh: '澜江影城（演示）',
    merchantNameEn: 'Lanjiang Cinema (demonstration)',
    titleZh: '电影票一张',
    titleEn: 'One cinema ticket',
    pricePoints: 400,
    stock: 2_000,
    perMemberLimit: 2,
  },
  {
    merchantNameZh: '职工书屋（演示）',
    merchantNameEn: "Workers' Bookshop (demonstration)",
    titleZh: '图书券20元抵扣',
    titleEn: 'Book voucher',
    pricePoints: 200,
    stock: 500,
    perMemberLimit: 1,
  },
];

function codesOf(...numbers) {
  return numbers.map((number) => `YS-B${String(number).padStart(2, '0')}`);
}
