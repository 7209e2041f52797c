import { buildSchema, parse, print } from 'graphql';
import { fieldNamesOf, withSafeNames } from './safe-names.js';

const names = fieldNamesOf(buildSchema('type Query { me: Person } type Person { id: ID name: String alias_id: ID }'));
const safe = (text: string) => withSafeNames(parse(text), names);

describe('aliases', () => {
  it('that are no name of the graph stay', () => {
    const document = parse('{ who: me { called: name } }');
    expect(withSafeNames(document, names).document).toEqual(document);
  });

  it('that could be taken for a key are renamed for the plan', () => {
    const { document, clientNameOf } = safe('{ me { id: name } }');
    expect(print(document)).toBe('{\n  me {\n    alias_id_: name\n  }\n}');
    expect(clientNameOf('alias_id_')).toBe('id');
    expect(clientNameOf('name')).toBe('name');
  });

  it('keep clear of other aliases', () => {
    const { document } = safe('{ me { name: id alias_name: id } }');
    expect(print(document)).toContain('alias_name_: id');
  });

  it('that repeat the field are none', () => {
    expect(print(safe('{ me { id: id } }').document)).toContain('id: id');
  });

  it.each(['__typename', '__proto__', 'constructor', 'toString'])('cannot pass for %s', (alias) => {
    expect(print(safe(`{ me { ${alias}: name } }`).document)).toContain(`alias_${alias}: name`);
  });
});

describe('variables', () => {
  it('that are no name of the plan stay', () => {
    const variables = { n: 1 };
    expect(safe('query ($n: Int) { me { name } }').variablesOf(variables)).toBe(variables);
  });

  it('named as the planner names its own are renamed for the plan, with their values', () => {
    const { document, variablesOf, variableNameOf } = safe(
      'query ($representations: Boolean!, $variable_representations: Int) { me { name @include(if: $representations) } }',
    );
    expect(print(document)).toContain('query ($variable_representations_: Boolean!, $variable_representations: Int)');
    expect(print(document)).toContain('@include(if: $variable_representations_)');
    expect(variablesOf({ representations: true, other: 1 })).toEqual({ variable_representations_: true, other: 1 });
    expect(variablesOf({ other: 1 })).toEqual({ other: 1 });
    expect(variableNameOf('representations')).toBe('variable_representations_');
  });
});
