#include <curl/curl.h>

// Swift cannot call functions with a variable list of arguments, so each kind of argument has its own here. Nothing
// else belongs in this file.
#pragma clang assume_nonnull begin

static inline CURLcode curl_easy_setopt_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode curl_easy_setopt_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode curl_easy_setopt_string(CURL *easy, CURLoption option, const char *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode curl_easy_setopt_bytes(CURL *easy, CURLoption option, const void *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode curl_easy_setopt_list(CURL *easy, CURLoption option, struct curl_slist *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}

typedef size_t (*curl_shim_data_callback)(char *bytes, size_t size, size_t count, void *_Nullable context);

static inline CURLcode curl_easy_setopt_write(CURL *easy, curl_shim_data_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, callback);
    return code ? code : curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
}

static inline CURLcode curl_easy_setopt_header(CURL *easy, curl_shim_data_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, callback);
    return code ? code : curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
}

typedef int (*curl_shim_prereq_callback)(void *_Nullable context, char *_Nullable remote, char *_Nullable local,
                                         int remotePort, int localPort);

static inline CURLcode curl_easy_setopt_prereq(CURL *easy, curl_shim_prereq_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
    return code ? code : curl_easy_setopt(easy, CURLOPT_PREREQDATA, context);
}

static inline CURLcode curl_easy_getinfo_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode curl_easy_getinfo_socket(CURL *easy, curl_socket_t *value) {
    return curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, value);
}

static inline CURLMcode curl_multi_setopt_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

typedef int (*curl_shim_socket_callback)(CURL *easy, curl_socket_t socket, int what, void *_Nullable context,
                                         void *_Nullable socketContext);

static inline CURLMcode curl_multi_setopt_sockets(CURLM *multi, curl_shim_socket_callback _Nullable callback,
                                                  void *_Nullable context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, callback);
    return code ? code : curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
}

typedef int (*curl_shim_timer_callback)(CURLM *multi, long milliseconds, void *_Nullable context);

static inline CURLMcode curl_multi_setopt_timer(CURLM *multi, curl_shim_timer_callback _Nullable callback,
                                                void *_Nullable context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, callback);
    return code ? code : curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
}

#pragma clang assume_nonnull end
