"""Numbers of the FIX fields and message types that the session layer and the orders use."""

from typing import Final

SOH: Final = b"\x01"


class Tag:
    """Field numbers, by the names of the FIX specification."""

    ACCOUNT: Final = 1
    AVG_PX: Final = 6
    BEGIN_SEQ_NO: Final = 7
    BEGIN_STRING: Final = 8
    BODY_LENGTH: Final = 9
    CHECK_SUM: Final = 10
    CL_ORD_ID: Final = 11
    CUM_QTY: Final = 14
    CURRENCY: Final = 15
    END_SEQ_NO: Final = 16
    EXEC_ID: Final = 17
    EXEC_INST: Final = 18
    EXEC_REF_ID: Final = 19
    EXEC_TRANS_TYPE: Final = 20
    HANDL_INST: Final = 21
    LAST_PX: Final = 31
    LAST_QTY: Final = 32
    MSG_SEQ_NUM: Final = 34
    MSG_TYPE: Final = 35
    NEW_SEQ_NO: Final = 36
    ORDER_ID: Final = 37
    ORDER_QTY: Final = 38
    ORD_STATUS: Final = 39
    ORD_TYPE: Final = 40
    ORIG_CL_ORD_ID: Final = 41
    POSS_DUP: Final = 43
    PRICE: Final = 44
    REF_SEQ_NUM: Final = 45
    SENDER_COMP_ID: Final = 49
    SENDER_SUB_ID: Final = 50
    SENDING_TIME: Final = 52
    SIDE: Final = 54
    SYMBOL: Final = 55
    TARGET_COMP_ID: Final = 56
    TARGET_SUB_ID: Final = 57
    TEXT: Final = 58
    TIME_IN_FORCE: Final = 59
    TRANSACT_TIME: Final = 60
    TRADE_DATE: Final = 75
    SIGNATURE: Final = 89
    SECURE_DATA: Final = 91
    RAW_DATA_LENGTH: Final = 95
    RAW_DATA: Final = 96
    POSS_RESEND: Final = 97
    ENCRYPT_METHOD: Final = 98
    STOP_PX: Final = 99
    CXL_REJ_REASON: Final = 102
    ORD_REJ_REASON: Final = 103
    SECURITY_DESC: Final = 107
    HEART_BT_INT: Final = 108
    MIN_QTY: Final = 110
    MAX_FLOOR: Final = 111
    TEST_REQ_ID: Final = 112
    ON_BEHALF_OF_COMP_ID: Final = 115
    ON_BEHALF_OF_SUB_ID: Final = 116
    DK_REASON: Final = 127
    ORIG_SENDING_TIME: Final = 122
    GAP_FILL: Final = 123
    DELIVER_TO_COMP_ID: Final = 128
    DELIVER_TO_SUB_ID: Final = 129
    RESET_SEQ_NUM: Final = 141
    SENDER_LOCATION_ID: Final = 142
    TARGET_LOCATION_ID: Final = 143
    ON_BEHALF_OF_LOCATION_ID: Final = 144
    DELIVER_TO_LOCATION_ID: Final = 145
    NO_RELATED_SYM: Final = 146
    EXEC_TYPE: Final = 150
    LEAVES_QTY: Final = 151
    MD_REQ_ID: Final = 262
    SUBSCRIPTION_TYPE: Final = 263
    MARKET_DEPTH: Final = 264
    MD_UPDATE_TYPE: Final = 265
    NO_MD_ENTRY_TYPES: Final = 267
    NO_MD_ENTRIES: Final = 268
    MD_ENTRY_TYPE: Final = 269
    MD_ENTRY_PX: Final = 270
    MD_ENTRY_SIZE: Final = 271
    MD_ENTRY_TIME: Final = 273
    MD_ENTRY_ID: Final = 278
    MD_UPDATE_ACTION: Final = 279
    MD_REQ_REJ_REASON: Final = 281
    UNDERLYING_SYMBOL: Final = 311
    SECURITY_REQ_ID: Final = 320
    SECURITY_REQUEST_TYPE: Final = 321
    SECURITY_RESPONSE_ID: Final = 322
    SECURITY_RESPONSE_TYPE: Final = 323
    SECURITY_TRADING_STATUS: Final = 326
    TRAD_SES_REQ_ID: Final = 335
    TRADING_SESSION_ID: Final = 336
    TRAD_SES_STATUS: Final = 340
    LAST_PROCESSED: Final = 369
    REF_TAG_ID: Final = 371
    REF_MSG_TYPE: Final = 372
    SESSION_REJECT_REASON: Final = 373
    EXEC_RESTATEMENT_REASON: Final = 378
    BUSINESS_REJECT_REF_ID: Final = 379
    BUSINESS_REJECT_REASON: Final = 380
    TOT_NO_RELATED_SYM: Final = 393
    CXL_REJ_RESPONSE_TO: Final = 434
    MASS_CANCEL_REQUEST_TYPE: Final = 530
    MASS_CANCEL_RESPONSE: Final = 531
    MASS_CANCEL_REJECT_REASON: Final = 532
    TOTAL_AFFECTED: Final = 533
    USERNAME: Final = 553
    PASSWORD: Final = 554
    SECURITY_LIST_TYPE: Final = 559
    SECURITY_REQUEST_RESULT: Final = 560
    ROUND_LOT: Final = 561
    MASS_STATUS_REQ_ID: Final = 584
    MASS_STATUS_REQ_TYPE: Final = 585
    LAST_UPDATE_TIME: Final = 779
    NEXT_EXPECTED: Final = 789
    ORD_STATUS_REQ_ID: Final = 790
    LAST_LIQUIDITY: Final = 851
    LAST_FRAGMENT: Final = 893
    TOT_NUM_REPORTS: Final = 911
    LAST_REPT_REQUESTED: Final = 912
    NEW_PASSWORD: Final = 925
    DEFAULT_APPL_VER_ID: Final = 1137
    MASS_ACTION_REPORT_ID: Final = 1369
    ENCRYPTED_PASSWORD: Final = 1402
    ENCRYPTED_NEW_PASSWORD: Final = 1404


class Type:
    """Message types, by the names of the FIX specification."""

    HEARTBEAT: Final = "0"
    TEST_REQUEST: Final = "1"
    RESEND_REQUEST: Final = "2"
    REJECT: Final = "3"
    SEQUENCE_RESET: Final = "4"
    LOGOUT: Final = "5"
    LOGON: Final = "A"
    BUSINESS_REJECT: Final = "j"
    EXECUTION_REPORT: Final = "8"
    CANCEL_REJECT: Final = "9"
    EMAIL: Final = "C"
    NEW_ORDER_SINGLE: Final = "D"
    CANCEL_REQUEST: Final = "F"
    REPLACE_REQUEST: Final = "G"
    STATUS_REQUEST: Final = "H"
    MARKET_DATA_REQUEST: Final = "V"
    MARKET_DATA_SNAPSHOT: Final = "W"
    MARKET_DATA_INCREMENT: Final = "X"
    MARKET_DATA_REJECT: Final = "Y"
    MASS_STATUS_REQUEST: Final = "AF"
    DONT_KNOW_TRADE: Final = "Q"
    SECURITY_DEFINITION_REQUEST: Final = "c"
    SECURITY_DEFINITION: Final = "d"
    SECURITY_STATUS: Final = "f"
    SESSION_STATUS_REQUEST: Final = "g"
    SESSION_STATUS: Final = "h"
    MASS_CANCEL_REQUEST: Final = "q"
    MASS_CANCEL_REPORT: Final = "r"
    SECURITY_LIST_REQUEST: Final = "x"
    SECURITY_LIST: Final = "y"


ADMIN_TYPES: Final = frozenset(["0", "1", "2", "3", "4", "5", "A"])

DATA_LENGTHS: Final = {
    90: 91,
    93: 89,
    95: 96,
    212: 213,
    348: 349,
    350: 351,
    352: 353,
    354: 355,
    356: 357,
    358: 359,
    360: 361,
    362: 363,
    364: 365,
    445: 446,
    618: 619,
    621: 622,
    # From here on of 5.0 SP2, its extensions in the range from 40,000 left out.
    1184: 1185,
    1277: 1278,
    1280: 1281,
    1282: 1283,
    1397: 1398,
    1401: 1402,
    1403: 1404,
    1468: 1469,
    1525: 1527,
    1578: 1579,
    1620: 1621,
    1664: 1665,
    1678: 1697,
    1733: 1734,
    1871: 1872,
    1874: 1875,
    2072: 2073,
    2074: 2075,
    2111: 2112,
    2179: 2180,
    2287: 2288,
    2351: 2352,
    2372: 2371,
    2481: 2482,
    2494: 2493,
    2522: 2521,
    2637: 2638,
    2651: 2652,
    2665: 2666,
    2715: 2716,
    2718: 2719,
    2721: 2722,
    2797: 2798,
    2802: 2801,
    2809: 2808,
    2815: 2814,
}
"""The field that holds a length, and the one after it whose value may hold any byte."""
