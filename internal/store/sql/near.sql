-- The rows of a version that are of a commune in one of the two that are compared, or whose partner by the key is.
(select version.* from :version version
join (
    select :hash as near_hash, :key from :before where :was
    union
    select :hash, :key from :after where :is
) near on :hash = near_hash and :same)
