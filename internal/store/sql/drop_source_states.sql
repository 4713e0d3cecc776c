-- Resources that the instance no longer has.
delete from maille.source_state where dataset = $1 and resource <> all ($2)
