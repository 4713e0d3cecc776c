-- +goose Up
-- Text as a reader compares it. The answers are the same on every server: they come from PostgreSQL's own Unicode tables
-- (normalize) and from the letters below, never from the locale. Indexes of versions are made of maille.folded: a function
-- that answers otherwise has another name.

-- The letters that have no canonical decomposition, so that a case is found in no table: those of Latin, and the alphabets
-- of Greek and Cyrillic. What decomposes (É is E and an accent) has its case from its first letter.
-- +goose StatementBegin
create function maille.lowered(x text) returns text language plpgsql immutable strict parallel safe as $$
begin
    if octet_length(x) = char_length(x) then -- nothing but ASCII
        return lower(x collate "C");
    end if;
    x := lower(normalize(x, nfd) collate "C");
    if x ~ '[ÆÐØÞĐĦŁŊŒŦẞΑ-ΩА-Я]' then -- seldom, and translate asks each letter of each
        x := translate(x, 'ÆÐØÞĐĦŁŊŒŦẞΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ',
                          'æðøþđħłŋœŧßαβγδεζηθικλμνξοπρστυφχψωабвгдежзиклмнопрстуфхцчшщъыьэюя');
    end if;
    return normalize(x, nfc);
end
$$;

create function maille.raised(x text) returns text language plpgsql immutable strict parallel safe as $$
begin
    if octet_length(x) = char_length(x) then
        return upper(x collate "C");
    end if;
    return normalize(translate(upper(normalize(replace(x, 'ß', 'ss'), nfd) collate "C"),
        'æðøþđħłŋœŧſıςαβγδεζηθικλμνξοπρστυφχψωабвгдежзиклмнопрстуфхцчшщъыьэюя',
        'ÆÐØÞĐĦŁŊŒŦSIΣΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ'), nfc);
end
$$;

-- What CASEI compares (OGC 21-065r2 §7.3): lower case, with the letters that are one but for it.
create function maille.casefold(x text) returns text language plpgsql immutable strict parallel safe as $$
begin
    if octet_length(x) = char_length(x) then
        return lower(x collate "C");
    end if;
    return translate(replace(maille.lowered(x), 'ß', 'ss'), 'ſς', 'sσ');
end
$$;

-- What ACCENTI compares (§7.4): letters without diacritics, in the case they have.
create function maille.unaccented(x text) returns text language plpgsql immutable strict parallel safe as $$
begin
    if octet_length(x) = char_length(x) then
        return x;
    end if;
    x := regexp_replace(normalize(x, nfd), '[\u0300-\u036f]+', '', 'g');
    if octet_length(x) = char_length(x) then
        return x;
    end if;
    x := replace(replace(replace(replace(replace(x, 'œ', 'oe'), 'Œ', 'OE'), 'æ', 'ae'), 'Æ', 'AE'), 'ß', 'ss');
    return normalize(translate(replace(x, 'ẞ', 'SS'), 'ØøĐđÐðŁłĦħŦŧı', 'OoDdDdLlHhTti'), nfc);
end
$$;

-- Both, as texts are searched and put in order: É is with E.
create function maille.folded(x text) returns text language plpgsql immutable strict parallel safe as $$
begin
    if octet_length(x) = char_length(x) then
        return lower(x collate "C");
    end if;
    return maille.casefold(maille.unaccented(x));
end
$$;

-- a to the power of b; null where that is no number, or none that a double holds.
create function maille.power(a double precision, b double precision) returns double precision
    language plpgsql immutable strict parallel safe as $$
begin
    if a = 0 and b < 0 or a < 0 and b <> floor(b) then
        return null;
    elsif a <> 0 and abs(b * ln(abs(a))) > 709 then -- e^709.78 is the largest
        return null;
    end if;
    return power(a, b);
end
$$;
-- +goose StatementEnd

-- Texts are put in order by their bytes, which is alike on all servers; the indexes of the versions that stand were made
-- in the order of the server's locale.
-- +goose StatementBegin
do $$
declare
    old record;
begin
    for old in
        select i.indexrelid::regclass as name, pg_get_indexdef(i.indexrelid) as definition
        from pg_index i
        join pg_class c on c.oid = i.indexrelid
        join pg_class t on t.oid = i.indrelid
        join pg_opclass o on o.oid = i.indclass[0]
        where t.relnamespace = 'data'::regnamespace and o.opcname = 'text_ops' and i.indnatts = 2 and i.indexprs is null
            and pg_get_indexdef(i.indexrelid, 2, false) = '_ord'
    loop
        execute format('drop index %s', old.name);
        execute replace(old.definition, ', _ord)', ' text_pattern_ops, _ord)');
    end loop;
end
$$;
-- +goose StatementEnd
