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

-- A box that has all points so many metres from one, or nearer: a degree of latitude has 110 574 m at least, and one of
-- longitude 111 319 m times the cosine of a latitude. It is the whole world where it would meet a pole or the antimeridian.
create function maille.around(p public.geometry, metres double precision) returns public.geometry
    language plpgsql immutable strict parallel safe as $$
declare
    x constant double precision := public.ST_X(p);
    y constant double precision := public.ST_Y(p);
    height constant double precision := least(greatest(metres, 0), 1e8) / 110000 + 1e-6;
    width double precision := 360;
begin
    if abs(y) + height < 89 then
        width := height / cos(radians(abs(y) + height));
    end if;
    if abs(x) + width < 180 then
        return public.ST_MakeEnvelope(x - width, y - height, x + width, y + height, 4326);
    end if;
    return public.ST_MakeEnvelope(-180, -90, 180, 90, 4326);
end
$$;
-- +goose StatementEnd
