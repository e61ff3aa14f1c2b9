/// An issuer of ID tokens for tests: two keys made with `openssl genpkey`, which grant no access.
package enum SampleIssuer {
    /// The key IDs.
    package static let names = ["first", "second"]
    /// The private keys.
    package static let privateKeys = [
        """
        -----BEGIN PRIVATE KEY-----
        MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDSli+6hHlNsjzL
        jcgnOVT5DILdjyKsbxriw4uLAE7YGKxTIReaGXG5Kt9MBJadnq6tlLxYyE7iM2O6
        zBZEB8e81Z4Ijq4jRo9qgKFdy4ZYFjzM6zwWLtTV0LmnTMYsp03EJjGRbnIR3eij
        +Er6+fc/7D/6qs1ml+BZwA1xP4XiGubxiXquKj9VG7cPc19F14RrWprUaFczu8dS
        G2c5N7XXuLpkxCUYWoxuDRXntJ4SYDK0nDKVN15yUa0TfqG+30yLfX4FpYK3OeCO
        HhqlAz9Zzv7p5yTsXv2L7io0SxrTL0A9vO816Cikd57dJZKTZTwmcIogoG1pQ3g1
        MY4wwJsNAgMBAAECggEAJaeKMEE4yX5J5aHb/LuBKKkmi0RpUEjrl0mc3YV4E6bR
        xWmA5WKQVapHVDnrzpJNrKcQSJXEmSjUN9X/UznK6saNo/0TQSaARWxrrjBSvNR5
        GbEkRNkp4HOahsIxG1HtE1o6+cS0a+Jwk0U17wucPNdbF1DMOoCEsrenD61qnKOc
        x1hqJERuF+tTWlHUAK4yNgpS6fdOkXmxi7DVvduSsi4LJF9rAB++j5iD03qQYuXo
        E5p3vV5TUMM9Wa1AajYyu5bsLVapcDN/TPYM2IUoV+s/FMmljO/LxinoFbLTPFBO
        f9vpv1HNdbC7n8w+jeIyH9AS7P5o8g6C04tl7vah9wKBgQDqMrtB8mKHTj+EohzF
        1RDbhvdHD8X9DuMYni3Mrt249gpUObu5Zin16wjaurlwnYkLBogBnwPkk7Hr83hw
        zXuNP3thHEJGoFIkF+GEs3qOmgmLo8g01UgU3achsg/DZ+kCYVh0jzCKMdsOPF/V
        Od+FBR7qPZ1yb1NM22WR4yv5EwKBgQDmMMKLmgFGT9Dixi5imLHjAfo0y5vtv/Tw
        hA5A8lSlNXcwDtFW2q/CXBuFPnibsO6NamkZL6dzjeRFcmnT72vJqA1Yxj3DXJV0
        NTGtjqjnsIr1SdcwWQjNhv6p4Z+areGc8O3xBILYJII2SLcCBOh4GAp9St7C6OkK
        C66odj6/XwKBgAzEqUrmIRMJZBMiF3l9rUaarB6WsI+kYSM1dH/FRNdRqqx+3Uo1
        VLJQlxH9viBypkcQmxejiL3Mg5W+l2FnAoZn4J0hwkdBdFj9aFEoy9S8dyrCyiZ/
        PkfM8dC3eX6Iyr5TelQYfmf6Ydv71Km2VwZUiiPxKgVUJnF5QKdcgEg7AoGACmSj
        NAhlDFaoOMT37S21wmkhcebLiIWFOqLLvfTzC26JjhrtKr2+98iO2YpDicwISUxH
        qIJ1TgtXBievTYle1YEH8T0qJrr0aIXKU2rAh416CK8nzyAF/Lmen+729NXq/NoH
        9Dze54Fme6r20FmGYX28Y4HQ4v3/H5v9a8/C74MCgYEAvZdn5SBgrmbyW4Z9BDEJ
        T3V6j23R9leas/hWXqjPFedRFh1zhuWrqP/kbNoH2DaS+ZlG1QdqDLv8KystpGDh
        HbUVtUSLLLKEC/aUvAamkMKom88lF6ix0BizsNVSU/LT7ye96h+TmQNvugXpIJcw
        TDJ8wOcz4W25xEanScorsNE=
        -----END PRIVATE KEY-----
        """,
        """
        -----BEGIN PRIVATE KEY-----
        MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCciyrOjriO1Y63
        yN3gelt+fHtTJj1IwP4OSOaxyP/cC5Zwk9yj2SP+QcGJrkWoSkKR89qSR81KiqCk
        ehDjGdDsQp0K2zffRfdqO+OkLzhsYMrQZ5macwyczUmVGTMKtcSctIxDGeUyet8+
        MAG2zZqR5W1D5FYWg3V9TNWtZgT0nGnax5oE+8XUv2lbhAKqJpo9A917ppNMGtxd
        CoTmbqm5h1E1ZwL0BExUaiqz4Ljx5rg9XF4P1mYiq5VoTiR7ju5MEvMvtbyJlFVM
        mZlst84ymFqnidm7QhWwI0rsDV+fSVIjRvoDHxhIL5589R/mo0aohk4d0yDyQOqH
        E3+tROftAgMBAAECggEACKOe2pnXxAsXGuaFutRCSQopa7s0oJ6vwxFjGsMYaQgQ
        dQVga/H8002olsMgI3DqJuyJsjmgatiYzL59lhdY+RnPIKt5HuQSJ05j7BGSLJSN
        IF6OaBzh+WsbVbDM4fzDJjQfQCxQApJlJZbipqocHRqrPyUnzG5+00n5rcFTBcxR
        1fRdH0NPgzDC0IxcSLWlDvP7jLoLzHCns/vtcEhmL6KjsV0kWJjZ3v613dKu4V4G
        w1OxDwVaLYj2xRLEB6LSNeF5R3PCNdzUoMo+iO/Anp0igHjUJrYh3pJftQ3zmNUX
        2kgZstvYXXbbsJs5AnJ7hmZ8rwWHuchIp2s7Zym9JQKBgQDaqc0F3O/20/zEKCN6
        IjIBhq2OkQXjySBwlO8xXCWmi5s058tTmWaWsTPI7OKLueROHZGOX/HTnOTHIuqP
        9JJ5A4pdcYIAcQIztnI+Aa51Js9y1HZgTBOKB1Jet36lChvrksga6w8g9OYAQCNK
        q8uHn/k8XB5f8Xp9kiejAdZS7wKBgQC3Rf6dns9ckb2CZtCVgrL3oHyGqFuc9MUq
        7KXs5n5BABuU3/TDl5+WZQR5qeLwYfc4zdGoWmI18NnG8k0UhsC+0I7fhp7TuXIg
        fyKhjrCenSG8Vm42CzX1xgoWF9w4OhKGrC6ndHjXFxGCVyoRu1rBoxLQ/L7+6hvT
        4sUkO6SC4wKBgArsdKuYT/yatoPuJWeSkcD1w3Hd2Nd6Ur6NEi37Fn5tdwF7mvLA
        NRnOHHIrM14bmUY1v/HG5UPXEK7KFcG/TBnzjVQBuabf/mYq9SYX22lK2Q45gvho
        lIlOuFS3AgKosKBiItEFcSoKUfstORYf4vkRitfzGilc3OutA4HnM5fNAoGBAI+Y
        E8pDZ4zL04OcMskxwi8qWubWehEb5m+fQtG+NiWPhAy8+/VTkwIu27bHWLumxiCH
        gkE5r8E7mCW8KpBulA3tMkQIIeEZZ0X21pdmSRO9YXVC8s79MaYDKFvvDegv99v0
        hAlHxHYh6OIKkTebZ5xXvKJppOvtWShGgNfGszqpAoGBALYklv8qldlBPbFljmpa
        v2GBTGkN2o6B+8Kbd3oYCAaswdaVIeeVZOYYFTN8HMa8Rbud80IS6WpVV41Zcsli
        VPPpBvPJ1v5Gg3JXul60gPSlcmV3uDKDEgeLzIr5/Wk+Yq++X99EHNTQeeUEil9p
        +u/9qSH9TRBcfJ+Z+sYHVCNe
        -----END PRIVATE KEY-----
        """,
    ]

    /// Returns a key set with the first `count` public keys.
    package static func keySet(_ count: Int) -> String {
        let keys = zip(names, moduli).prefix(count).map { name, modulus in
            #"{"kty":"RSA","use":"sig","alg":"RS256","kid":"\#(name)","e":"AQAB","n":"\#(modulus)"}"#
        }
        return #"{"keys":[\#(keys.joined(separator: ","))]}"#
    }

    private static let moduli = [
        """
        0pYvuoR5TbI8y43IJzlU-QyC3Y8irG8a4sOLiwBO2BisUyEXmhlxuSrfTASWnZ6u\
        rZS8WMhO4jNjuswWRAfHvNWeCI6uI0aPaoChXcuGWBY8zOs8Fi7U1dC5p0zGLKdN\
        xCYxkW5yEd3oo_hK-vn3P-w_-qrNZpfgWcANcT-F4hrm8Yl6rio_VRu3D3NfRdeE\
        a1qa1GhXM7vHUhtnOTe117i6ZMQlGFqMbg0V57SeEmAytJwylTdeclGtE36hvt9M\
        i31-BaWCtzngjh4apQM_Wc7-6eck7F79i-4qNEsa0y9APbzvNegopHee3SWSk2U8\
        JnCKIKBtaUN4NTGOMMCbDQ
        """,
        """
        nIsqzo64jtWOt8jd4Hpbfnx7UyY9SMD-Dkjmscj_3AuWcJPco9kj_kHBia5FqEpC\
        kfPakkfNSoqgpHoQ4xnQ7EKdCts330X3ajvjpC84bGDK0GeZmnMMnM1JlRkzCrXE\
        nLSMQxnlMnrfPjABts2akeVtQ-RWFoN1fUzVrWYE9Jxp2seaBPvF1L9pW4QCqiaa\
        PQPde6aTTBrcXQqE5m6puYdRNWcC9ARMVGoqs-C48ea4PVxeD9ZmIquVaE4ke47u\
        TBLzL7W8iZRVTJmZbLfOMphap4nZu0IVsCNK7A1fn0lSI0b6Ax8YSC-efPUf5qNG\
        qIZOHdMg8kDqhxN_rUTn7Q
        """,
    ]
}
