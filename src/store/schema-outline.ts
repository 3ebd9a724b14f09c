/**
 * A plan without its scripts, which may be megabytes: of each only how many parts it has. The server makes it from the
 * body, whichever release writes that; so what looks at runs each second need not read them.
 */
export const plansHaveOutlines = `
create function outline_of(plan jsonb) returns jsonb language sql immutable parallel safe as $$
  select jsonb_set(plan, '{approved,prepared}', coalesce((
    select jsonb_object_agg(way.key, jsonb_build_object('scripts', coalesce((
      select jsonb_agg(jsonb_build_object('units', coalesce((
        select jsonb_agg(null::text) from jsonb_array_elements(script -> 'units')), '[]')) order by place)
      from jsonb_array_elements(way.value -> 'scripts') with ordinality as each (script, place)), '[]')))
    from jsonb_each(case jsonb_typeof(plan #> '{approved,prepared}')
      when 'object' then plan #> '{approved,prepared}' else '{}' end) as way
    where way.key in ('up', 'down') and jsonb_typeof(way.value) = 'object'), 'null'))
$$;
alter table plan add column outline jsonb generated always as (outline_of(body)) stored;
`
