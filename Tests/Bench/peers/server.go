// The webhook and the download as a Go shop would write them: net/http and pgx.
//
// Both statements of a sale go out as one batch, which is one transaction and one round trip. The statements are
// Latchkey's own (STATEMENTS).
package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
)

type parameter struct {
	Type     string
	Name     string
	Constant *string
	Offset   float64
}

type entry struct {
	Text        string
	Transaction int
	Parameters  []parameter
}

type values map[string]interface{}

// statement is a text and what reads its values in order.
type statement struct {
	text    string
	readers []func(values) interface{}
}

func (s statement) arguments(v values) []interface{} {
	out := make([]interface{}, len(s.readers))
	for i, read := range s.readers {
		out[i] = read(v)
	}
	return out
}

func constant(p parameter) interface{} {
	if p.Constant == nil {
		return nil
	}
	text := *p.Constant
	parts := []string{}
	if strings.HasSuffix(p.Type, "[]") && text != "{}" {
		parts = strings.Split(text[1:len(text)-1], ",")
	}
	switch p.Type {
	case "integer", "bigint", "smallint":
		number, err := strconv.ParseInt(text, 10, 64)
		check(err)
		return number
	case "boolean":
		return text == "t"
	case "text[]":
		return parts
	case "bigint[]", "integer[]":
		numbers := make([]int64, len(parts))
		for i, part := range parts {
			number, err := strconv.ParseInt(part, 10, 64)
			check(err)
			numbers[i] = number
		}
		return numbers
	}
	return text
}

func prepared(e entry) statement {
	s := statement{text: e.Text}
	for _, p := range e.Parameters {
		p := p
		switch {
		case p.Name == "now":
			offset := time.Duration(p.Offset * float64(time.Second))
			s.readers = append(s.readers, func(v values) interface{} { return v["now"].(time.Time).Add(offset) })
		case p.Name != "":
			s.readers = append(s.readers, func(v values) interface{} { return v[p.Name] })
		default:
			value := constant(p)
			s.readers = append(s.readers, func(values) interface{} { return value })
		}
	}
	return s
}

func firstTransaction(entries []entry) (out []statement) {
	for _, e := range entries {
		if e.Transaction == 0 {
			out = append(out, prepared(e))
		}
	}
	return
}

var (
	pool                       *pgxpool.Pool
	sale, use                  []statement
	product                    [16]byte
	signing                    [][]byte
	licenseSecret, tokenSecret []byte
	tokenVersion               uint32
	pepper                     []byte
	accessID, storageSecret    string
	storageBase, bucket        string
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func tag(key []byte, parts ...[]byte) []byte {
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		mac.Write(part)
	}
	return mac.Sum(nil)
}

// --- IDs and keys

const symbols = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

func v7(milliseconds int64, entropy []byte) (id [16]byte) {
	first, second := binary.BigEndian.Uint64(entropy), binary.BigEndian.Uint64(entropy[8:])
	binary.BigEndian.PutUint64(id[:8], uint64(milliseconds)<<16|0x7000|first&0x0FFF)
	binary.BigEndian.PutUint64(id[8:], 1<<63|second>>2)
	return
}

func fresh(milliseconds int64) [16]byte {
	var entropy [16]byte
	_, err := rand.Read(entropy[:])
	check(err)
	return v7(milliseconds, entropy[:])
}

func derived(kind, session string, milliseconds int64, detail string) [16]byte {
	if detail != "" {
		detail = " " + detail
	}
	digest := sha256.Sum256([]byte("latchkey " + kind + " v1" + session + detail))
	return v7(milliseconds, digest[:])
}

func timesGenerator(value byte) byte {
	if shifted := value << 1; shifted&32 != 0 {
		return shifted ^ 37
	}
	return value << 1
}

func licenseKey(id [16]byte) string {
	digest := tag(licenseSecret, []byte("latchkey license v1"), id[:])
	bits := binary.BigEndian.Uint64(digest) >> 9
	key, sum := make([]byte, 0, 19), byte(0)
	key = append(key, "GENX"...)
	for _, letter := range []byte("GENX") {
		sum = timesGenerator(sum) ^ byte(strings.IndexByte(symbols, letter))
	}
	for i := 0; i < 12; i++ {
		value := timesGenerator(sum)
		if i < 11 {
			value = byte(bits>>(50-5*i)) & 31
			sum = timesGenerator(sum) ^ value
		}
		if i%4 == 0 {
			key = append(key, '-')
		}
		key = append(key, symbols[value])
	}
	return string(key)
}

// --- the webhook

type event struct {
	ID         string `json:"id"`
	Type       string `json:"type"`
	APIVersion string `json:"api_version"`
	Created    int64  `json:"created"`
	Data       struct {
		Object struct {
			ID              string            `json:"id"`
			Created         int64             `json:"created"`
			AmountTotal     int64             `json:"amount_total"`
			Currency        string            `json:"currency"`
			PaymentIntent   string            `json:"payment_intent"`
			Metadata        map[string]string `json:"metadata"`
			CustomerDetails struct {
				Email string `json:"email"`
				Name  string `json:"name"`
			} `json:"customer_details"`
		} `json:"object"`
	} `json:"data"`
}

func isSigned(header string, body []byte) bool {
	var at, given string
	for _, part := range strings.Split(header, ",") {
		if name, value, ok := strings.Cut(part, "="); ok && name == "t" {
			at = value
		} else if ok && name == "v1" {
			given = value
		}
	}
	seconds, err := strconv.ParseInt(at, 10, 64)
	signature, other := hex.DecodeString(given)
	if age := time.Now().Unix() - seconds; err != nil || other != nil || age > 300 || age < -300 {
		return false
	}
	for _, secret := range signing {
		if hmac.Equal(tag(secret, []byte(at+"."), body), signature) {
			return true
		}
	}
	return false
}

func webhook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || !isSigned(r.Header.Get("Stripe-Signature"), body) {
		http.Error(w, "The signature does not hold.", 400)
		return
	}
	var e event
	if err := json.Unmarshal(body, &e); err != nil {
		http.Error(w, err.Error(), 400)
		return
	}
	if err := sell(r.Context(), &e, string(body)); err != nil {
		log.Print(err)
		http.Error(w, "", 500)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	io.WriteString(w, `{"received":true}`)
}

func sell(ctx context.Context, e *event, payload string) error {
	session := &e.Data.Object
	opened, now := session.Created*1000, time.Now()
	license := derived("license", session.ID, opened, "0")
	key := licenseKey(license)
	hash := tag(pepper, []byte(key))
	v := values{
		"event_id": e.ID, "event_type": e.Type, "api_version": e.APIVersion, "created": time.Unix(e.Created, 0),
		"payload": payload, "session_id": session.ID, "payment_intent": session.PaymentIntent,
		"email": session.CustomerDetails.Email, "customer_name": session.CustomerDetails.Name,
		"amount": session.AmountTotal, "currency": session.Currency, "order_id": session.Metadata["latchkey_order"],
		"fallback_order_id": derived("order", session.ID, opened, ""), "product_id": product,
		"customer_id": fresh(now.UnixMilli()), "grant_id": fresh(now.UnixMilli()),
		"email_id":    derived("email", session.ID, opened, "paid"),
		"license_ids": [][16]byte{license}, "license_id": license, "key_hashes": [][]byte{hash}, "key_hash": hash,
		"last_fours": []string{key[len(key)-4:]}, "last_four": key[len(key)-4:], "now": now,
	}
	batch := &pgx.Batch{}
	for _, s := range sale {
		batch.Queue(s.text, s.arguments(v)...)
	}
	results := pool.SendBatch(ctx, batch)
	for range sale {
		if _, err := results.Exec(); err != nil {
			results.Close()
			return err
		}
	}
	return results.Close()
}

// --- the download

func opened(text string) []byte {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) != 48 || binary.BigEndian.Uint32(raw) != tokenVersion {
		return nil
	}
	if !hmac.Equal(tag(tokenSecret, []byte("latchkey download v1"), raw[:28])[:20], raw[28:]) {
		return nil
	}
	if int64(binary.BigEndian.Uint64(raw[20:])) <= time.Now().Unix() {
		return nil
	}
	return raw[4:20]
}

func limitKeys(r *http.Request, grant []byte) [][]byte {
	forwarded := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
	address := net.ParseIP(strings.TrimSpace(forwarded[len(forwarded)-1])).To4()
	a := sha256.Sum256(append([]byte("download-address\x00"), address...))
	b := sha256.Sum256(append([]byte("download-link\x00"), grant...))
	if bytes.Compare(a[:], b[:]) > 0 {
		a, b = b, a
	}
	return [][]byte{a[:], b[:]}
}

func encode(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

func link(object, file string, size int64, now time.Time) string {
	stamp := now.UTC().Format("20060102T150405Z")
	scope := stamp[:8] + "/auto/storage/goog4_request"
	lifetime := 300 + size/1_000_000
	if lifetime > 900 {
		lifetime = 900
	}
	path := "/" + bucket + "/" + strings.ReplaceAll(encode(object), "%2F", "/")
	query := "X-Goog-Algorithm=GOOG4-HMAC-SHA256&X-Goog-Credential=" + encode(accessID+"/"+scope) + "&X-Goog-Date=" + stamp +
		"&X-Goog-Expires=" + strconv.FormatInt(lifetime, 10) + "&X-Goog-SignedHeaders=host&response-content-disposition=" +
		encode(`attachment; filename="`+file+`"`)
	_, host, _ := strings.Cut(storageBase, "://")
	digest := sha256.Sum256([]byte("GET\n" + path + "\n" + query + "\nhost:" + host + "\n\nhost\nUNSIGNED-PAYLOAD"))
	text := "GOOG4-HMAC-SHA256\n" + stamp + "\n" + scope + "\n" + hex.EncodeToString(digest[:])
	key := []byte("GOOG4" + storageSecret)
	for _, part := range []string{stamp[:8], "auto", "storage", "goog4_request", text} {
		key = tag(key, []byte(part))
	}
	return storageBase + path + "?" + query + "&X-Goog-Signature=" + hex.EncodeToString(key)
}

func download(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(r.URL.Path, "/")
	if len(parts) != 4 {
		http.NotFound(w, r)
		return
	}
	grant := opened(parts[2])
	if grant == nil {
		http.NotFound(w, r)
		return
	}
	var id [16]byte
	copy(id[:], grant)
	now := time.Now()
	v := values{"grant_id": id, "file_name": parts[3], "now": now, "limit_keys": limitKeys(r, grant)}
	admitted, object, file, size, err := ask(r.Context(), v)
	switch {
	case err != nil:
		log.Print(err)
		http.Error(w, "", 500)
	case !admitted:
		http.Error(w, "", 429)
	case object == nil:
		http.Error(w, "", 410)
	default:
		w.Header().Set("Location", link(*object, *file, *size, now))
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("X-Robots-Tag", "noindex")
		w.WriteHeader(302)
	}
}

func ask(ctx context.Context, v values) (admitted bool, object, file *string, size *int64, err error) {
	rows, err := pool.Query(ctx, use[0].text, use[0].arguments(v)...)
	if err != nil {
		return
	}
	defer rows.Close()
	if !rows.Next() {
		return false, nil, nil, nil, rows.Err()
	}
	places := make([]interface{}, len(rows.FieldDescriptions()))
	for i, field := range rows.FieldDescriptions() {
		switch string(field.Name) {
		case "admitted":
			places[i] = &admitted
		case "object_name":
			places[i] = &object
		case "file_name":
			places[i] = &file
		case "size":
			places[i] = &size
		}
	}
	err = rows.Scan(places...)
	return
}

// --- the process

func secret(name string) (uint32, []byte) {
	first, _, _ := strings.Cut(os.Getenv(name), ",")
	version, text, found := strings.Cut(first, ":")
	if !found {
		return 0, nil
	}
	number, err := strconv.ParseUint(version, 10, 32)
	check(err)
	bytes, err := base64.StdEncoding.DecodeString(text)
	check(err)
	return uint32(number), bytes
}

func settings() {
	for _, each := range strings.Split(os.Getenv("STRIPE_WEBHOOK_SECRETS"), ",") {
		signing = append(signing, []byte(each))
	}
	_, licenseSecret = secret("LICENSE_SECRETS")
	tokenVersion, tokenSecret = secret("TOKEN_SECRETS")
	pepper, _ = base64.StdEncoding.DecodeString(os.Getenv("KEY_PEPPER"))
	if parts := strings.SplitN(os.Getenv("STORAGE_SIGNER"), ":", 3); len(parts) == 3 {
		accessID, storageSecret = parts[1], parts[2]
	}
	storageBase, bucket = os.Getenv("STORAGE_BASE"), os.Getenv("STORAGE_BUCKET")
	text, err := os.ReadFile(os.Getenv("STATEMENTS"))
	check(err)
	var all map[string][]entry
	check(json.Unmarshal(text, &all))
	sale, use = firstTransaction(all["webhook"]), firstTransaction(all["download"])
}

func main() {
	settings()
	config, err := pgxpool.ParseConfig(os.Getenv("DATABASE_URL"))
	check(err)
	config.MinConns, config.MaxConns = 8, 8
	pool, err = pgxpool.ConnectConfig(context.Background(), config)
	check(err)
	check(pool.QueryRow(context.Background(), "SELECT id FROM products WHERE slug = 'genx-delay'").Scan(&product))
	http.HandleFunc("/webhooks/stripe", webhook)
	http.HandleFunc("/download/", download)
	check(http.ListenAndServe(fmt.Sprintf("127.0.0.1:%s", os.Getenv("PORT")), nil))
}
