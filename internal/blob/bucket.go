package blob

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"maille/internal/fault"
)

// Bucket keeps objects in an S3-compatible store, under prefix/ab/abcdef…. An object is uploaded under its own name once its
// bytes are known: the store shows it whole or not at all.
type Bucket struct {
	client    *minio.Client
	name      string // of the bucket
	prefix    string
	temporary string
}

// BucketOptions say where the store is and who asks.
type BucketOptions struct {
	Address   string // s3://bucket/prefix?endpoint=https://s3.example.fr&region=fr-par
	Temporary string // folder of this machine for files on their way
	Key       string // AWS_ACCESS_KEY_ID; "" asks as nobody
	Secret    string // AWS_SECRET_ACCESS_KEY
	Token     string // AWS_SESSION_TOKEN; "" for none
	UserAgent string
	Stall     time.Duration // that a connection may take no byte; 0 means two minutes
}

const (
	// retries of a request that the store refuses for a while, about ten seconds in all.
	retries = 5
	// partBytes are those of each piece of an upload: S3 takes ten thousand pieces, so that a file may have 320 GB.
	partBytes = 32 << 20
	// partsAtOnce are uploaded at the same time.
	partsAtOnce = 2
	// largestCopy is what S3 copies in one request; a larger object is sent again.
	largestCopy = 5 << 30
	// contentType is nobody's to read: objects have no name there, and are served under theirs.
	contentType = "application/octet-stream"
)

// OpenBucket checks that the bucket is there. It is Invalid when the address is wrong, Unavailable when the store does not
// answer or does not let us in.
func OpenBucket(ctx context.Context, o BucketOptions) (_ *Bucket, err error) {
	defer fault.Wrap(&err, "blob.OpenBucket")
	b, err := newBucket(o)
	if err != nil {
		return nil, err
	}
	there, err := b.client.BucketExists(ctx, b.name)
	if err != nil {
		return nil, b.closed(err)
	}
	if !there {
		return nil, fault.New(fault.Invalid, "files: there is no bucket %s in the store", b.name).About("files")
	}
	return b, temporary(b.temporary)
}

func newBucket(o BucketOptions) (*Bucket, error) {
	u, err := url.Parse(o.Address)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.User != nil || u.Fragment != "" {
		return nil, fault.New(fault.Invalid, "files: not an address such as s3://bucket/prefix?endpoint=https://s3.example.fr&region=fr-par").About("files")
	}
	said := u.Query()
	for key := range said {
		if key != "endpoint" && key != "region" {
			return nil, fault.New(fault.Invalid, "files: %q is no option of an s3 address; endpoint and region are", key).About("files")
		}
	}
	endpoint, err := url.Parse(cmp.Or(said.Get("endpoint"), "https://s3.amazonaws.com"))
	if err != nil || endpoint.Scheme != "http" && endpoint.Scheme != "https" || endpoint.Host == "" || endpoint.User != nil || strings.Trim(endpoint.Path, "/") != "" {
		return nil, fault.New(fault.Invalid, "files: the endpoint is not an address such as https://s3.example.fr").About("files")
	}
	secure := endpoint.Scheme == "https"
	transport, err := stalling(secure, cmp.Or(o.Stall, 2*time.Minute))
	if err != nil {
		return nil, err
	}
	client, err := minio.New(endpoint.Host, &minio.Options{Creds: credentials.NewStaticV4(o.Key, o.Secret, o.Token),
		Secure: secure, Region: said.Get("region"), MaxRetries: retries, Transport: transport})
	if err != nil {
		return nil, fault.New(fault.Invalid, "files: %s", err).About("files")
	}
	if o.UserAgent != "" {
		client.SetAppInfo(path.Split(o.UserAgent))
	}
	return &Bucket{client: client, name: u.Host, prefix: prefix(u.Path), temporary: o.Temporary}, nil
}

func prefix(path string) string {
	if path = strings.Trim(path, "/"); path != "" {
		path += "/"
	}
	return path
}

// String names the store without secrets.
func (b *Bucket) String() string { return "s3://" + b.name + "/" + b.prefix }

// Temporary is the folder of files that are not kept.
func (b *Bucket) Temporary() string { return b.temporary }

// Put keeps what write writes: in a temporary file first, since its name is that of its bytes.
func (b *Bucket) Put(ctx context.Context, write func(io.Writer) error) (o Object, err error) {
	defer fault.Wrap(&err, "blob.Put")
	made, err := newDraft(ctx, b.temporary, write)
	if err != nil {
		return o, err
	}
	defer made.drop()
	o = made.object()
	standing, err := b.stat(ctx, o.SHA256)
	if err != nil {
		return o, err
	}
	if standing != nil && standing.Bytes == o.Bytes && (o.Bytes <= largestCopy || !standing.old()) {
		return o, b.renew(ctx, standing)
	}
	if _, err := made.file.Seek(0, io.SeekStart); err != nil {
		return o, err
	}
	// MD5 guards each piece; a signature of its chunks, which not every store reads, would do it once more.
	_, err = b.client.PutObject(ctx, b.name, b.key(o.SHA256), made.file, o.Bytes, minio.PutObjectOptions{
		ContentType: contentType, PartSize: partBytes, NumThreads: partsAtOnce, SendContentMd5: true, DisableContentSha256: true})
	return o, b.away(err)
}

// renew says of an old object that it is of today, for who drops what is old and unused: the store copies it onto itself.
func (b *Bucket) renew(ctx context.Context, standing *Object) error {
	if !standing.old() {
		return nil
	}
	key := b.key(standing.SHA256)
	_, err := b.client.CopyObject(ctx, minio.CopyDestOptions{Bucket: b.name, Object: key, ReplaceMetadata: true, ContentType: contentType},
		minio.CopySrcOptions{Bucket: b.name, Object: key})
	return b.away(err)
}

func (o *Object) old() bool { return time.Since(o.Kept) > stale/2 }

// Get opens an object.
func (b *Bucket) Get(ctx context.Context, hash string) (_ Reader, err error) {
	defer fault.Wrap(&err, "blob.Get %s", hash)
	o, err := b.stat(ctx, hash)
	if err != nil {
		return nil, err
	}
	if o == nil {
		return nil, fault.New(fault.NotFound, "no such object")
	}
	return &remote{ctx: ctx, bucket: b, key: b.key(hash), size: o.Bytes}, nil
}

// Has says whether an object is kept.
func (b *Bucket) Has(ctx context.Context, hash string) (has bool, err error) {
	defer fault.Wrap(&err, "blob.Has %s", hash)
	o, err := b.stat(ctx, hash)
	return o != nil, err
}

// Delete forgets an object.
func (b *Bucket) Delete(ctx context.Context, hash string) (err error) {
	defer fault.Wrap(&err, "blob.Delete %s", hash)
	if !hashForm.MatchString(hash) {
		return nil
	}
	return b.away(b.client.RemoveObject(ctx, b.name, b.key(hash), minio.RemoveObjectOptions{}))
}

// All are the objects that are kept.
func (b *Bucket) All(ctx context.Context) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		for info := range b.client.ListObjectsIter(ctx, b.name, minio.ListObjectsOptions{Prefix: b.prefix, Recursive: true}) {
			if info.Err != nil {
				yield(Object{}, fmt.Errorf("blob.All: %w", b.away(info.Err)))
				return
			}
			if hash := path.Base(info.Key); hashForm.MatchString(hash) && info.Key == b.key(hash) && !yield(Object{hash, info.Size, info.LastModified}, nil) {
				return
			}
		}
	}
}

// stat is an object that is there; nil when it is not.
func (b *Bucket) stat(ctx context.Context, hash string) (*Object, error) {
	if !hashForm.MatchString(hash) {
		return nil, nil
	}
	info, err := b.client.StatObject(ctx, b.name, b.key(hash), minio.StatObjectOptions{})
	if err == nil {
		return &Object{hash, info.Size, info.LastModified}, nil
	}
	if minio.ToErrorResponse(err).StatusCode == http.StatusNotFound {
		return nil, nil
	}
	return nil, b.away(err)
}

func (b *Bucket) key(hash string) string { return b.prefix + hash[:2] + "/" + hash }

// closed says why the store cannot be opened: the operator has just said where it is.
func (b *Bucket) closed(err error) error {
	told := "the store of files %s does not answer as it should"
	switch minio.ToErrorResponse(err).StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		told = "files: the store of %s does not let us in: are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY right, and may they list the bucket?"
	case 0:
		told = "files: nobody answers for %s: is its endpoint right, and does the server run?"
	}
	return b.because(err, told)
}

// away says of an error of the store that it may go away; what the caller did stands.
func (b *Bucket) away(err error) error {
	return b.because(err, "the store of files %s does not answer as it should")
}

func (b *Bucket) because(err error, told string) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fault.New(fault.Unavailable, told, b).About("files").Because(err)
}
