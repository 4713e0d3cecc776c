update maille.load set inputs = jsonb_set(inputs, array[$1::text], to_jsonb($3::text)) where inputs ->> $1 = $2
