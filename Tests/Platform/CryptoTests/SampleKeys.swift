/// Keys made for these tests with `openssl genpkey`; they grant no access.
enum SampleKeys {
    /// A valid key of another type.
    static let ed25519 = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIFW/ddJvVbo4cXQ82qy0NrcMTnDdHLrXTdmruy7zYHme
        -----END PRIVATE KEY-----
        """

    /// A key too short to be secure.
    static let rsa1024 = """
        -----BEGIN PRIVATE KEY-----
        MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAPRcp1m3V88KmZ68
        2DsecK7hXXCQSuqO1dYq5LxhMp5ZDVbAMXERwDK8XWAm48O5zhWPk0crs8Vnz+Es
        0EfH+xzrgpYowyYsg1OgtHflXQnQXV7B3ovhj/kdk0AWBBcZq5FDFzg/d3RdkFj8
        1bL69P7/Rm/H9OT+QU0YdA1H3/4JAgMBAAECgYEA4OvDsiW7MjxciCrkkQ4ExEN2
        AV0fR+UvWJFktyx0LiJjz7zaBWxET67n98/0B70nvtrHwlOshgB27JmWIOwm6nw8
        hGlzkdzaJRiYawnB161ZNN51tVLkB6wKnS+SGKC9JwRCKBDHaWGSKSY2Vapo31TB
        5/KWBQTYNKx5B7J1OgECQQD8M+3nrYr6K4CJF10fwVQ5yCoo78YFJcHXufzOL+eM
        QEukh8s2ZKAEtNDl0m01A1hyUrNOnU7hdx+KCTgAS45JAkEA+AqAwulUQVHJLO/M
        Bu38lzyj5sh8bo7P7mdOiM8dESkwLp2zZN6fDrlkKP3mgCKTD2+Tj7ymgK8hQCdu
        mj/xwQJAZo5PXfiqHRT3jcfcbH9XWq/UxRTLt2glLS5KaSX9yICUwfEeZ53/nCpT
        EEHDet1DaCnNFFjPrMueHammBiizUQJBAIgmE7lpI+NaxidRVNd06FIHahvybkKt
        RzsgH35+2QCjcBwWWfMDM6F8Z5sMiupIkBpH72JVdbtq5cB2JIKsmMECQE38uQEU
        vy2vanfcfflHwkyVB7r/D8v7D856XMbjznn31OBUoyIVe0i7nm9drSmI1a8BLJd5
        7+o6n7Pu0HAN1+Y=
        -----END PRIVATE KEY-----
        """

    /// The public key of the short one.
    static let rsa1024Public = """
        -----BEGIN PUBLIC KEY-----
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQD0XKdZt1fPCpmevNg7HnCu4V1w
        kErqjtXWKuS8YTKeWQ1WwDFxEcAyvF1gJuPDuc4Vj5NHK7PFZ8/hLNBHx/sc64KW
        KMMmLINToLR35V0J0F1ewd6L4Y/5HZNAFgQXGauRQxc4P3d0XZBY/NWy+vT+/0Zv
        x/Tk/kFNGHQNR9/+CQIDAQAB
        -----END PUBLIC KEY-----
        """

    /// A 2048-bit key with a pass phrase.
    static let encrypted = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIIFLTBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQIavT6OyNDbR4CAggA
        MAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBDvOW3Cuw2ES9fm79+JfODDBIIE
        0DTJAHaLFQz9sH0V+36ak5Vv2mZrW0oOUSPSczKKpYiAZt1Y+Mw30G2lkDnyiZHt
        rh52m6IvzIe9qEnyD9W7ScIsAuoJBId223Tr47aTgjsHUTK7sK28nKIUBAUPFTz5
        RbGcIVF4kHGbtiPtxC1a8zAcWHoCMZ0zxjve+JpKZt2b1d2lLOLc7vs8xKz7d3SH
        2yXqBpoHD47qTPd71+GjFRHdRIgEvBFA9PRFULeVLCCjOUGUPMSDxLajWc6UeeMZ
        DbnXEq6QOtXNVEtZpvfjiPawhVfcbW1H56sTZnKeCfXU8GK5tnl7BPCw2MwOpN54
        hOIkON1IWIG+YMDgrfhHVh+5zJmmr+oKN8QOJhwZS1vrw0fxEeqGYQeZheR+z3y0
        wetAKTVyD2bLUKcA2PlecL4JmJu902nVaeLCwQUpwUNkIgT59Lhf1VGOMBivDis1
        bD743N4/hGnMMgxL97s/UirDK09iJO8BQvtyNmCBM23iDag52WFf5IZlTfQ0Rjr4
        3Io9TxxvTNgUb9n02ylStzGveN/N/2bWoR4CaHf87lQWGDguOYmLfBU9n5uuBdz9
        BmDBVm2wrMZfy5EFwEVNGiFHd6nHCj4Mkx1zcKkjczB8i62oci+BlN4dvIa0fqXW
        VLwdXr5nfC+VQVoQMaKnyooanpVivTE6H+J/A5Ez+y/kdLQvXIYCpRa2yC0MicDT
        Fkf0jRkVbi1Rv4sU1uhi2DnHJYMKFTEd9/NbQBMxlcJViz4GsYXIvvnXtsDTvfwZ
        hH2p9i4nELJ2szQ5y1YlWjwxBQaXwBiJATxWtnZlekLIuG7zUgKtU+9TIASoKId5
        xgwf5wPdz0/K7AU8DjRcGDKnjADiqmCbgqv1JnKyVvgJr5yq/8EIk3Z1HTmT3VJZ
        IQrDmLrJIkrY2HMS3AQI6Rx2s1QTl1SvH27ymvoYEQKUwwqDWN1HGifz337ne7lG
        SeOwYFUXXNTQAmzCtIwbXRaCipih0i8XF3slXqLQpmWeCQl0nvDb0dE2k+ergYsO
        hBTQcU6SHwIEqdb0uGUXEDThoF8/iMTN6PxQ4WJOGKmK/rsub+9kP+Fdfkg1biYK
        jo5owvR9mpKw2RFZbFV0FCFJaiWhg65oIiKSF83DL06VaTv+c4xn87Esia5TBETJ
        dr3M4MTzkoknlSfgIMDCR28hm6do/+3Z70Hn0YnUsiTghXTO4FoTeVRkpP8pTcLm
        WhbHowYukZ+MFfm2fwo1+9N480a82opcLfDamCav0pO5qQItNlu3Q0kVccgWTC/v
        hrq540SaqGbOD6H/lDyfSKOjmblxnmAYwFBTlyBYh/QVhilRO/iV9SG8vYeNGo6/
        /6YWyI/RsS24wGFq0F4Rp+tvohGCt5SoVoJycJbtxi+7pSpR3oRsUqjYZsNkyQOY
        Lu3AoC6aRTa1H5yiBdYLzRN/i56JTrijK1CKB1P0wqqlFDJ0lMwy1uSFS1Gy5uvD
        Pzf5ijLiCu5utU8Pk1PmU5iZydo/nw6cZYl6vPUJ73RSfkDuTyQakRPbvod27oKo
        sE0ztmjAJwIECU+bdWkEbTd+DzvQ54240Jr+RCi9GRHFwRuKn6bszlBnQN2dv1tr
        qnEsTUWhJW9BL5IwayRF1VGMLjSwv2BaG/DKh1Dmv6Zd
        -----END ENCRYPTED PRIVATE KEY-----
        """
}
