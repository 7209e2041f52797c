const header = '姓名,身份证号,手机号,所属组织编码,入会日期,会员编号,核验人,核验日期';

/**
 * Files of members in which each line is refused, with numbers in every column and in the header, and one that is taken
 * on trial. `text` is what the file holds.
 *
 * @param {readonly { idNumber: string, phone: string, card: string }[]} people
 * @param {string} organisationCode of a union that exists
 * @returns `[{ name, text, isDryRun? }]`
 */
export function refusedFiles(people, organisationCode) {
  const line = ({ idNumber, phone }, changes = {}) => {
    const cells = {
      name: '测试甲',
      idNumber,
      phone,
      code: organisationCode,
      joinedOn: '2020-01-31',
      memberNumber: '',
      verifiedBy: '',
      verifiedOn: '',
      ...changes,
    };
    return Object.values(cells).join(',');
  };
  const wrongLines = [
    (one) => line({ ...one, idNumber: withOtherCheckCharacter(one.idNumber) }),
    (one) => line({ ...one, idNumber: one.card }),
    (one) => line({ ...one, phone: one.idNumber }),
    (one) => line({ ...one, phone: `${one.phone}1` }),
    (one) => line(one, { name: one.phone }),
    (one) => line(one, { name: `甲${one.idNumber}` }),
    (one) => line(one, { code: one.idNumber }),
    (one) => line(one, { joinedOn: one.phone }),
    (one) => line(one, { memberNumber: one.idNumber }),
    (one) => line(one, { memberNumber: one.card }),
    (one) => line(one, { memberNumber: one.phone }),
    (one) => line(one, { verifiedBy: one.phone, verifiedOn: '2024-01-01' }),
    (one) => line(one, { verifiedBy: `甲 ${one.card}`, verifiedOn: '2024-01-01' }),
    (one) => line(one, { verifiedBy: '甲', verifiedOn: one.idNumber }),
    (one) => `${line(one)},${one.card},${one.phone}`,
    (one) => `${one.idNumber},${one.phone}`,
    (one) => `"测试"甲",${one.idNumber},${one.phone},${organisationCode},2020-01-31,,,`,
    (one) => `测试\uFFFD,${one.idNumber},${one.phone},${organisationCode},2020-01-31,,,`,
  ];
  const [first] = people;
  return [
    {
      name: 'wrong lines',
      text: [header, ...people.map((one, place) => wrongLines[place % wrongLines.length](one))].join('\n'),
    },
    {
      name: 'no header',
      text: people
        .slice(0, 5)
        .map((one) => line(one))
        .join('\n'),
    },
    {
      name: 'a number for a header',
      text: [`${header},${first.card},备注${first.phone}`, `${line({ ...first, idNumber: 'none' })},,`].join('\n'),
    },
    { name: 'on trial', text: [header, ...people.slice(0, 20).map((one) => line(one))].join('\n'), isDryRun: true },
  ];
}

function withOtherCheckCharacter(idNumber) {
  return idNumber.slice(0, 17) + (idNumber.endsWith('1') ? '2' : '1');
}
